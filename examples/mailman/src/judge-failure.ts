import {
  BreakerOpenError,
  ClosedError,
  OperationTimeoutError,
  SecretReadError,
  TokenRequestError,
  TooManyWaitersError,
} from "../../../runtime/src/index.ts";
import { NotConnectedError } from "./customer-tokens.ts";
import { PartlySubmittedError, SubmissionError } from "./submission.ts";

/** What becomes of a message, and of its customer, after a failed attempt. */
export type Consequence =
  /** The application gets no tokens: everybody waits, and the attempt does not count. */
  | { readonly kind: "wait-for-application" }
  /** This customer must connect again; the message waits for that. */
  | { readonly kind: "customer-must-connect" }
  /** Again later. */
  | { readonly kind: "again"; readonly delayMs: number; readonly discardToken: boolean }
  /** It is out as far as it can be. */
  | { readonly kind: "sent" }
  /** Never again. */
  | { readonly kind: "fail" };

/** Delays between attempts. */
const firstMs = 5_000;
const longestMs = 900_000;

/** After this time a message is given up; RFC 5321, section 4.5.4.1 asks for at least 4 or 5 days. */
const giveUpAfterMs = 5 * 86_400_000;

export interface FailedAttempt {
  readonly error: unknown;
  /** Attempts before this one. */
  readonly attempts: number;
  /** Since the message was accepted, in milliseconds. */
  readonly ageMs: number;
  /** From 0 to 1. */
  readonly chance: number;
}

/** Judges a failed attempt. Pure. */
export function judgeFailure({ error, attempts, ageMs, chance }: FailedAttempt): Consequence {
  const again = (leastMs = 0, discardToken = false): Consequence => {
    const bound = Math.min(longestMs, firstMs * 2 ** attempts);
    return ageMs > giveUpAfterMs
      ? { kind: "fail" }
      : { kind: "again", delayMs: Math.max(leastMs, chance * bound), discardToken };
  };
  if (error instanceof NotConnectedError) {
    return { kind: "customer-must-connect" };
  }
  if (
    error instanceof BreakerOpenError ||
    error instanceof SecretReadError ||
    error instanceof TooManyWaitersError ||
    error instanceof OperationTimeoutError ||
    error instanceof ClosedError
  ) {
    return { kind: "wait-for-application" };
  }
  if (error instanceof TokenRequestError) {
    const { failure } = error;
    switch (failure.kind) {
      case "expired":
      case "wrong-secret":
      case "loop":
        return { kind: "wait-for-application" };
      case "user-grant":
        return { kind: "customer-must-connect" };
      case "throttled":
        return again(failure.retryAfterMs);
      case "transient":
        return again(failure.retryAfterMs ?? 0);
      case "permanent":
        return again(60_000); // The customer's tenant may let the application in again.
    }
  }
  if (error instanceof PartlySubmittedError) {
    return error.putOff.length > 0 ? again() : { kind: "sent" };
  }
  if (error instanceof SubmissionError) {
    switch (error.kind) {
      case "token-refused":
        return again(0, true);
      case "transient":
      case "unknown-outcome":
        return again(error.retryAfterMs ?? 0);
      case "permanent":
        return { kind: "fail" };
    }
  }
  return again();
}
