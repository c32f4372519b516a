import { type HeaderReader, longestRetryAfterMs, retryAfterMs } from "./retry-after.ts";

/** Whose authorization a token request redeems. */
export type TokenGrantType = "client_credentials" | "authorization_code" | "refresh_token" | "on_behalf_of";

/** What is known of a token request that did not yield a token. */
export interface TokenErrorFacts {
  /** The HTTP status; absent when no response arrived (connection refused, timeout). */
  readonly status?: number;
  /** The response's headers. */
  readonly headers?: HeaderReader;
  /** The response's body as text. */
  readonly body?: string;
  /** Defaults to `client_credentials`. */
  readonly grantType?: TokenGrantType;
  /** Local time, milliseconds since 1970; only used when `Retry-After` is a date and `Date` is missing. */
  readonly nowMs: number;
}

/** The members of an error answer that may be logged: none of them can carry a secret. */
export interface TokenErrorDetails {
  /** The OAuth `error` (RFC 6749, section 5.2), if the answer had one. */
  readonly oauthError?: string | undefined;
  /** The AADSTS numbers, in the answer's order. */
  readonly codes: readonly number[];
  readonly status?: number | undefined;
  /** What Microsoft's support asks for. */
  readonly traceId?: string | undefined;
  readonly correlationId?: string | undefined;
}

/** A refused or failed token request, and what helps against it. */
export type TokenFailure = TokenErrorDetails & {
  /** What to do about it, for people. */
  readonly advice: string;
} & (
    | {
        /** The secret's end date has passed: this secret will never work again. */
        readonly kind: "expired";
      }
    | {
        /** Not a secret of this application, or one too new for the replica that answered. */
        readonly kind: "wrong-secret";
      }
    | { readonly kind: "throttled"; readonly retryAfterMs: number }
    | {
        /** The service's passing trouble, or no intelligible answer at all. */
        readonly kind: "transient";
        readonly reason: "server" | "unintelligible" | "no-response";
        readonly retryAfterMs?: number | undefined;
      }
    | {
        /** The directory took this client for a loop. */
        readonly kind: "loop";
      }
    | {
        /** Only a person can change this. */
        readonly kind: "permanent";
        readonly reason: "application-disabled" | "application-missing" | "misconfigured";
      }
    | {
        /** One customer's grant is no longer good; the application and its secret are. */
        readonly kind: "user-grant";
        readonly reason: "expired-or-revoked" | "consent-missing" | "interaction-required";
        /** The claims challenge to pass to the authorization endpoint, if the directory sent one. */
        readonly claims?: string | undefined;
      }
  );

export type TokenFailureKind = TokenFailure["kind"];

/** The wait after a throttled request whose answer names none, in milliseconds: MSAL's default. */
export const defaultThrottleMs = 60_000;

/*
 * Meanings of the numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
 * They may change without notice, so the OAuth error decides wherever a number is unknown.
 */
const expiredSecret = [7000222];
const missingSecret = [7000218, 7000216];
const disabledApplication = [7000112, 70001];
const missingApplication = [700016, 700011];
const throttled = [90055];
const transient = [90006, 90024, 90033, 90090, 50033, 90012, 90091];
const loop = [50196];
const missingConsent = [65001, 65004, 90008, 90094, 90095];

/** OAuth errors that concern the user behind a grant, whatever the number beside them. */
const userErrors = ["invalid_grant", "interaction_required", "login_required", "consent_required"];

/**
 * Decides what a failed token request means. Pure: the same facts give the same answer.
 *
 * Throttling, loops and passing trouble come first, because the directory reports them under several OAuth
 * errors (a loop as `invalid_grant`, for one); then the OAuth error decides, refined by the AADSTS number.
 */
export function classifyTokenError(facts: TokenErrorFacts): TokenFailure {
  const { status, headers, grantType = "client_credentials" } = facts;
  const answer = parseErrorAnswer(facts.body);
  const details: TokenErrorDetails = {
    oauthError: answer?.oauthError,
    codes: answer?.codes ?? [],
    status,
    traceId: answer?.traceId,
    correlationId: answer?.correlationId,
  };
  const has: HasCode = (numbers) => details.codes.some((code) => numbers.includes(code));
  const waitMs = headers === undefined ? undefined : retryAfterMs(headers, facts.nowMs);
  const passing = (reason: "server" | "unintelligible" | "no-response"): TokenFailure => ({
    ...details,
    kind: "transient",
    reason,
    retryAfterMs: waitMs,
    advice: transientAdvice[reason],
  });

  if (status === undefined) {
    return passing("no-response");
  }
  if (has(loop)) {
    return { ...details, kind: "loop", advice: loopAdvice };
  }
  if (status === 429 || has(throttled)) {
    const retryAfter = Math.min(waitMs ?? defaultThrottleMs, longestRetryAfterMs);
    return { ...details, kind: "throttled", retryAfterMs: retryAfter, advice: throttledAdvice };
  }
  if (status >= 500 || status === 408 || has(transient)) {
    return passing("server");
  }
  if (answer?.oauthError === undefined) {
    return passing("unintelligible");
  }
  switch (answer.oauthError) {
    case "temporarily_unavailable":
    case "server_error":
      return passing("server");
    case "invalid_client":
      return refusedClient(details, has);
    default:
      if (grantType !== "client_credentials" && userErrors.includes(answer.oauthError)) {
        return userGrant(details, answer, has(missingConsent));
      }
      return permanent(details, has);
  }
}

type HasCode = (numbers: readonly number[]) => boolean;

/** A failed client authentication is about the secret unless a number says otherwise. */
function refusedClient(details: TokenErrorDetails, has: HasCode): TokenFailure {
  if (has(expiredSecret)) {
    return { ...details, kind: "expired", advice: expiredAdvice };
  }
  if (has(missingSecret) || has(disabledApplication) || has(missingApplication)) {
    return permanent(details, has);
  }
  return { ...details, kind: "wrong-secret", advice: wrongSecretAdvice };
}

function permanent(details: TokenErrorDetails, has: HasCode): TokenFailure {
  const reason = has(disabledApplication)
    ? "application-disabled"
    : has(missingApplication)
      ? "application-missing"
      : "misconfigured";
  return { ...details, kind: "permanent", reason, advice: permanentAdvice[reason] };
}

function userGrant(details: TokenErrorDetails, answer: ErrorAnswer, consentMissing: boolean): TokenFailure {
  const reason =
    consentMissing || answer.subError === "consent_required" || answer.oauthError === "consent_required"
      ? "consent-missing"
      : answer.claims !== undefined || answer.oauthError === "interaction_required"
        ? "interaction-required"
        : "expired-or-revoked";
  return {
    ...details,
    kind: "user-grant",
    reason,
    claims: answer.claims,
    advice: userGrantAdvice[reason],
  };
}

/** A user's grant that is gone without an answer that says so: nothing is left to redeem. */
export function lostGrant(): TokenFailure {
  const reason = "expired-or-revoked";
  return { kind: "user-grant", reason, codes: [], advice: userGrantAdvice[reason] };
}

interface ErrorAnswer {
  oauthError?: string | undefined;
  subError?: string | undefined;
  codes: number[];
  traceId?: string | undefined;
  correlationId?: string | undefined;
  claims?: string | undefined;
}

/** Takes over what is known to be harmless and well formed; anything else may be an echo of the request. */
function parseErrorAnswer(body: string | undefined): ErrorAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body ?? "");
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const member = (name: string): unknown => (value as Record<string, unknown>)[name];
  const text = (name: string, shape: RegExp): string | undefined => {
    const found = member(name);
    return typeof found === "string" && shape.test(found) ? found : undefined;
  };
  return {
    oauthError: text("error", oauthWord),
    subError: text("suberror", oauthWord),
    codes: errorCodes(member("error_codes"), member("error_description")),
    traceId: text("trace_id", guid),
    correlationId: text("correlation_id", guid),
    claims: text("claims", /^\{[\s\S]{1,4096}\}$/),
  };
}

const oauthWord = /^[a-z][a-z_]{0,63}$/;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The answer's numbers; where the list is missing, the one at the head of the description. */
function errorCodes(list: unknown, description: unknown): number[] {
  if (Array.isArray(list)) {
    return list
      .map(Number)
      .filter((code) => Number.isSafeInteger(code) && code > 0)
      .slice(0, 8);
  }
  const code = typeof description === "string" ? /^AADSTS(\d{4,8})\b/.exec(description)?.[1] : undefined;
  return code === undefined ? [] : [Number(code)];
}

const expiredAdvice =
  "The client secret has expired. Rotate the credential and publish the new secret; " +
  "services pick it up from the vault without a restart.";
const wrongSecretAdvice =
  "The directory does not know this client secret. If it was created within the last minutes, wait until every " +
  "replica has it; otherwise compare the published secret's key id with the application's, and rotate.";
const throttledAdvice =
  "The directory throttles this tenant or application. Wait as long as the answer says and ask for fewer tokens.";
const loopAdvice =
  "The directory saw the same request over and over and stopped answering. " +
  "Find the caller that asks for tokens without caching them.";

const transientAdvice = {
  server: "The directory has passing trouble. Try again later.",
  unintelligible:
    "The answer is not one of a token endpoint. Check the authority host, and proxies on the way to it.",
  "no-response": "The token endpoint did not answer. Check the network, and proxies on the way to it.",
} as const;

const permanentAdvice = {
  "application-disabled":
    "The application or its service principal is disabled. An administrator of the tenant must enable it.",
  "application-missing":
    "The tenant has no such application. Check the client id and the tenant id, and whether the application " +
    "was deleted (it can be restored for 30 days) or never consented to.",
  misconfigured:
    "The request does not fit the application's registration. Check client id, tenant, scopes and permissions.",
} as const;

const userGrantAdvice = {
  "expired-or-revoked": "This user's grant has expired or was revoked. The user must connect again.",
  "consent-missing": "This user, or the tenant's administrator, must consent to the application again.",
  "interaction-required": "This user must sign in interactively to satisfy the tenant's policies.",
} as const;
