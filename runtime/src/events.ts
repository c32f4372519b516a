import type { TokenFailure, TokenFailureKind } from "./classify-token-error.ts";
import type { SecretInfo } from "./client-secret.ts";
import type { SecretReadFailureReason } from "./errors.ts";

/**
 * What the library tells of itself. Every member is chosen: none can carry a secret or a token, so an event may be
 * logged as it is.
 */
export type RuntimeEvent = {
  /** The credential's name. */
  readonly credential: string;
} & (
  | {
      /** The current secret was read for the first time, or is another one than before. */
      readonly type: "secret-changed";
      readonly secret: SecretInfo;
      readonly before: SecretInfo | undefined;
    }
  | {
      /** The source gave no secret; the one at hand, if any, stays in use. */
      readonly type: "secret-read-failed";
      readonly reason: SecretReadFailureReason;
      readonly message: string;
    }
  | {
      /** The directory refused a secret. */
      readonly type: "secret-refused";
      readonly kind: TokenFailureKind;
      readonly codes: readonly number[];
      readonly traceId: string | undefined;
      readonly secret: SecretInfo;
    }
  | {
      /** A token was obtained with the previous secret, because the current one is refused. */
      readonly type: "fallback-used";
      readonly secret: SecretInfo;
    }
  | ({
      /** A token request failed; it may be repeated. */
      readonly type: "token-request-failed";
      readonly grantType: string;
      readonly reason: string | undefined;
    } & Pick<TokenFailure, "kind" | "status" | "oauthError" | "codes" | "traceId" | "correlationId">)
  | {
      /** The circuit breaker changed its state. */
      readonly type: "breaker-changed";
      readonly state: "closed" | "open" | "half-open";
      /** Why it opened. */
      readonly message: string | undefined;
      readonly probeInMs: number | undefined;
    }
);

export type RuntimeEventListener = (event: RuntimeEvent) => void;

/** `Omit` that keeps the union apart. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event before it knows whose it is. */
export type OwnEvent = Without<RuntimeEvent, "credential">;
