import type { Customer } from "./customer.ts";
import type { QueuedMessage } from "./message.ts";

/**
 * Hands one message over. Throws SubmissionError, and nothing else, if that does not succeed. When `signal` is aborted
 * it ends at once: whether the message was accepted is then not known.
 */
export type Submit = (
  customer: Customer,
  token: string,
  message: QueuedMessage,
  signal?: AbortSignal,
) => Promise<void>;

/** Longest time for one message; milliseconds. RFC 5321, section 4.5.3.2.6 grants the end of the data 10 minutes. */
export const defaultSubmissionTimeoutMs = 600_000;

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

/** A message was accepted, but not for all of its recipients: sent again to all, some would have it twice. */
export class PartlySubmittedError extends Error {
  override readonly name = "PartlySubmittedError";
  /** To whom it must be tried again; the others have it, or will never take it. */
  readonly putOff: readonly string[];

  constructor(message: string, putOff: readonly string[]) {
    super(message);
    this.putOff = putOff;
  }
}
