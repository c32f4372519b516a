import type { TokenFailure } from "./classify-token-error.ts";
import type { SecretInfo } from "./client-secret.ts";

/** Options that cannot be used: names every one of them, with the value received and what is allowed. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(what: string, problems: readonly string[]) {
    super(`${what}: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

/** No token, and what to do about it. */
export class TokenRequestError extends Error {
  override readonly name = "TokenRequestError";
  readonly failure: TokenFailure;
  /** Token requests that this call made: 0 if the secret at hand was known to be refused. */
  readonly attempts: number;
  /** The secret that was refused, without its value. */
  readonly secret: SecretInfo | undefined;

  constructor(failure: TokenFailure, attempts: number, secret: SecretInfo | undefined, cause?: string) {
    super(describeFailure(failure, cause));
    this.failure = failure;
    this.attempts = attempts;
    this.secret = secret;
  }
}

function describeFailure(failure: TokenFailure, cause: string | undefined): string {
  const facts = [
    failure.kind,
    ...("reason" in failure ? [failure.reason] : []),
    ...(cause === undefined ? [] : [cause]),
    ...(failure.status === undefined ? [] : [`HTTP ${failure.status}`]),
    ...(failure.oauthError === undefined ? [] : [failure.oauthError]),
    ...failure.codes.map((code) => `AADSTS${code}`),
    ...(failure.traceId === undefined ? [] : [`trace ${failure.traceId}`]),
  ];
  return `No token (${facts.join(", ")}). ${failure.advice}`;
}

/** Not asked: the application's circuit breaker is open. */
export class BreakerOpenError extends Error {
  override readonly name = "BreakerOpenError";
  /** Time until the next probe is allowed, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, cause: Error | undefined) {
    super(
      `Not asked: the circuit breaker is open for another ${Math.ceil(retryAfterMs / 1000)} s` +
        `${cause === undefined ? "." : `, because: ${cause.message}`}`,
      { cause },
    );
    this.retryAfterMs = retryAfterMs;
  }
}

/** Why a source gave no secret. */
export type SecretReadFailureReason =
  | "missing"
  | "forbidden"
  | "unauthorized"
  | "disabled"
  | "malformed"
  | "throttled"
  | "unavailable";

const readAdvice: Record<SecretReadFailureReason, string> = {
  missing: "Check the name, and whether the credential was ever published.",
  forbidden:
    "The service's identity may not read it. Assign Key Vault Secrets User on the secret; an assignment takes minutes to apply.",
  unauthorized: "The service's own identity got no token for the vault. Check its managed identity or login.",
  disabled: "The current version is disabled or not yet valid. Enable it, or publish another.",
  malformed: "What is there is not a secret value. Publish it again.",
  throttled: "The source is asked too often. Check who else reads it.",
  unavailable: "Check the network and the source's health.",
};

/** A source gave no secret. */
export class SecretReadError extends Error {
  override readonly name = "SecretReadError";
  readonly reason: SecretReadFailureReason;
  readonly retryAfterMs: number | undefined;

  constructor(
    source: string,
    reason: SecretReadFailureReason,
    details: { readonly code?: string | undefined; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(
      `No secret from ${source} (${[reason, ...(details.code ? [details.code] : [])].join(", ")}). ${readAdvice[reason]}`,
    );
    this.reason = reason;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether reading again soon may help. An identity without a token is often one that has only just started. */
  get isTransient(): boolean {
    return this.reason === "throttled" || this.reason === "unavailable" || this.reason === "unauthorized";
  }
}

/** More callers wait at once than allowed. */
export class TooManyWaitersError extends Error {
  override readonly name = "TooManyWaitersError";

  constructor(limit: number) {
    super(
      `${limit} callers already wait for a token. Limit the service's own concurrency, or raise maxWaiters.`,
    );
  }
}

/** It took longer than `maxElapsedMs`, queueing included. */
export class OperationTimeoutError extends Error {
  override readonly name = "OperationTimeoutError";

  constructor(limitMs: number) {
    super(`No answer within ${limitMs} ms, waiting in the queue included.`);
  }
}

/** Used after `close()`. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";

  constructor() {
    super("The rotating secret was closed.");
  }
}
