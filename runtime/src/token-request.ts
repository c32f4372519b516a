import { type Answer, type RequestOptions, sendForm } from "./bounded-request.ts";
import { classifyTokenError, type TokenErrorFacts, type TokenFailure } from "./classify-token-error.ts";
import { systemClock } from "./clock.ts";

/** A token that was issued. Its value shows neither in `util.inspect` nor in JSON. */
export class IssuedToken {
  readonly #accessToken: string;
  /** When it ends, in local time: milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** When the directory wants it renewed (`refresh_in`), in local time: milliseconds since 1970. */
  readonly refreshAtMs: number | undefined;

  constructor(accessToken: string, expiresAtMs: number, refreshAtMs: number | undefined) {
    this.#accessToken = accessToken;
    this.expiresAtMs = expiresAtMs;
    this.refreshAtMs = refreshAtMs;
  }

  get accessToken(): string {
    return this.#accessToken;
  }
}

/** The outcome of a token request. */
export type TokenOutcome =
  | { readonly ok: true; readonly token: IssuedToken }
  | {
      readonly ok: false;
      readonly failure: TokenFailure;
      /** Why there was no answer: see {@link Answer}. */
      readonly cause?: string | undefined;
    };

export interface ClientCredentialsRequest extends RequestOptions {
  /** E.g. `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** The tenant's id or one of its domains. */
  readonly tenantId: string;
  /** The application's client id. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** E.g. `https://graph.microsoft.com/.default`. */
  readonly scope: string;
  /** A claims challenge, as the resource sent it. */
  readonly claims?: string | undefined;
}

/**
 * Requests a token with a client secret (RFC 6749, section 4.4), once: no retry, no cache.
 *
 * @throws the reason of `signal`, if that was aborted; every other failure is the returned value.
 */
export async function requestClientCredentialsToken(
  request: ClientCredentialsRequest,
): Promise<TokenOutcome> {
  const clock = request.clock ?? systemClock;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: request.clientId,
    client_secret: request.clientSecret,
    scope: request.scope,
  });
  if (request.claims !== undefined) {
    form.set("claims", request.claims);
  }
  const sentAtMs = clock.nowMs();
  const answer = await sendForm(tokenEndpoint(request.authorityHost, request.tenantId), form, request);
  return readTokenAnswer(answer, { sentAtMs, nowMs: clock.nowMs(), grantType: "client_credentials" });
}

/** The v2.0 token endpoint of a tenant. */
export function tokenEndpoint(authorityHost: string, tenantId: string): string {
  return `${authorityHost.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
}

/** Reads an answer as the token it brings, or as a classified failure. Pure. */
export function readTokenAnswer(
  answer: Answer,
  context: { readonly sentAtMs: number } & Required<Pick<TokenErrorFacts, "nowMs" | "grantType">>,
): TokenOutcome {
  if (answer.status === undefined) {
    return { ok: false, failure: classifyTokenError(context), cause: answer.cause };
  }
  const token = answer.status === 200 ? parseToken(answer.body, context.sentAtMs) : undefined;
  return token === undefined
    ? { ok: false, failure: classifyTokenError({ ...context, ...answer }) }
    : { ok: true, token };
}

function parseToken(body: string, sentAtMs: number): IssuedToken | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const { access_token, token_type, expires_in, refresh_in } = value as Record<string, unknown>;
  const expiresInS = seconds(expires_in);
  if (
    typeof access_token !== "string" ||
    access_token === "" ||
    typeof token_type !== "string" ||
    token_type.toLowerCase() !== "bearer" ||
    expiresInS === undefined
  ) {
    return undefined;
  }
  const refreshInS = seconds(refresh_in);
  // Counted from the request, not from the answer: the token may be older than it looks, never younger.
  return new IssuedToken(
    access_token,
    sentAtMs + expiresInS * 1000,
    refreshInS === undefined ? undefined : sentAtMs + refreshInS * 1000,
  );
}

/** A positive number of seconds; some endpoints write it as text. */
function seconds(value: unknown): number | undefined {
  const found = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) && found > 0 ? found : undefined;
}
