import {
  BreakerOpenError,
  ClosedError,
  OperationTimeoutError,
  SecretReadError,
  TokenRequestError,
} from "./errors.ts";

/** What a failed call means for the application as a whole. */
export type Verdict =
  /** The application's trouble: nobody else need ask. */
  | "opens"
  /** Perhaps: if it happens to several customers in a row. */
  | "counts"
  /** As `counts`, but a probe that meets it has proved that the application's secret works. */
  | "counts-unless-probe"
  /** The secret was accepted; the trouble is one customer's. */
  | "accepted"
  /** The caller gave up, or waited for too long, before anything was learnt. */
  | "proves-nothing"
  /** Nothing to do with authentication. */
  | "unrelated";

/** Who made a failed call. */
export interface Caller {
  /** The customer whose trouble it may be, if it is not the application's. */
  readonly subject?: string | undefined;
  /** Whether the caller gave up. */
  readonly cancelled: boolean;
}

/** Judges a failed call. Pure. */
export function judge(error: unknown, { subject, cancelled }: Caller): Verdict {
  if (error instanceof SecretReadError) {
    return "opens";
  }
  if (!(error instanceof TokenRequestError)) {
    const endedEarly =
      cancelled ||
      error instanceof OperationTimeoutError ||
      error instanceof BreakerOpenError ||
      error instanceof ClosedError;
    return endedEarly ? "proves-nothing" : "unrelated";
  }
  if (error.attempts === 0 && error.failure.kind !== "expired") {
    // Not sent, because of what others met: they have opened the breaker, or wait to try again.
    return "proves-nothing";
  }
  switch (error.failure.kind) {
    case "wrong-secret":
    case "expired":
    case "loop":
      return "opens";
    case "user-grant":
      return "accepted";
    case "transient":
      return subject === undefined ? "opens" : "counts";
    case "throttled":
    case "permanent":
      return subject === undefined ? "opens" : "counts-unless-probe";
  }
}

/**
 * Whether a new secret may help against what a call failed with. Not if the directory was asked too often or has its
 * own trouble: then its pause holds. Pure.
 */
export function mayBeSecret(error: unknown): boolean {
  return !(
    error instanceof TokenRequestError && ["throttled", "loop", "transient"].includes(error.failure.kind)
  );
}
