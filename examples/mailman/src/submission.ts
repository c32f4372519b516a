import type { Customer } from "./customer.ts";
import type { QueuedMessage } from "./message.ts";

/** Hands one message over. Throws SubmissionError, and nothing else, if that does not succeed. */
export type Submit = (customer: Customer, token: string, message: QueuedMessage) => Promise<void>;

export type SubmissionErrorKind =
  /** The token does not open this mailbox. */
  | "token-refused"
  /** It may work later. */
  | "transient"
  /** The connection broke after the message was handed over: whether it was accepted cannot be known. */
  | "unknown-outcome"
  /** It will never work. */
  | "permanent";

/** A message was not accepted. Says why, and never with what token. */
export class SubmissionError extends Error {
  override readonly name = "SubmissionError";
  readonly kind: SubmissionErrorKind;
  readonly retryAfterMs: number | undefined;

  constructor(kind: SubmissionErrorKind, message: string, retryAfterMs?: number) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}
