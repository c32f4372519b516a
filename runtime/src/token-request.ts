import { classifyTokenError, type TokenErrorFacts, type TokenFailure } from "./classify-token-error.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { HeaderReader } from "./retry-after.ts";

/** Longest answer of a token endpoint that is read, in bytes; real ones have a few thousand. */
const longestAnswerBytes = 1_048_576;

/** The default time for one token request, in milliseconds. */
export const defaultTokenRequestTimeoutMs = 10_000;

/** The part of the global `fetch` that the library uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How requests reach the outside world. */
export interface RequestOptions {
  /** Time until the request, its answer included, is given up; milliseconds, default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Gives the request up at once; the returned promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** What a token endpoint answered, or that it did not. */
export type TokenEndpointAnswer =
  | { readonly status: number; readonly headers: HeaderReader; readonly body: string }
  | {
      readonly status?: undefined;
      /** The system's or TLS library's word for it (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or `timeout`. */
      readonly cause: string;
    };

/**
 * Sends one form to a token endpoint. Never follows a redirect (it would carry the secret along), reads a bounded
 * answer, and turns every failure to get one into a value.
 *
 * @throws the reason of `signal`, if that was aborted.
 */
export async function postTokenForm(
  url: string,
  form: URLSearchParams,
  options: RequestOptions & { readonly headers?: Readonly<Record<string, string>> | undefined } = {},
): Promise<TokenEndpointAnswer> {
  const { timeoutMs = defaultTokenRequestTimeoutMs, signal, clock = systemClock } = options;
  const send = options.fetch ?? globalThis.fetch;
  signal?.throwIfAborted();
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  let cancelTimer = () => {};
  // A race rather than only an abort: the bound must hold even where a transport ignores its signal.
  const gaveUp = new Promise<never>((_, reject) => {
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason), { once: true });
    cancelTimer = clock.setTimer(() => abort.abort(timedOut), timeoutMs);
  });
  try {
    return await Promise.race([exchange(send, url, form, options.headers, abort.signal), gaveUp]);
  } catch (error) {
    signal?.throwIfAborted();
    return { cause: abort.signal.reason === timedOut ? "timeout" : causeOf(error) };
  } finally {
    cancelTimer();
    signal?.removeEventListener("abort", onAbort);
  }
}

const timedOut = new Error("timeout");

async function exchange(
  send: Fetch,
  url: string,
  form: URLSearchParams,
  headers: Readonly<Record<string, string>> | undefined,
  signal: AbortSignal,
): Promise<TokenEndpointAnswer> {
  const response = await send(url, {
    method: "POST",
    headers: {
      accept: "application/json",
      ...headers,
      "content-type": "application/x-www-form-urlencoded;charset=utf-8",
    },
    body: form.toString(),
    redirect: "manual",
    signal,
  });
  return { status: response.status, headers: response.headers, body: await boundedText(response) };
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > longestAnswerBytes) {
      // Leaving the loop cancels the stream. What is cut off cannot be parsed, so it counts as unintelligible.
      break;
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The error code of a failed fetch, which is all that is kept of it: its message may quote the request. */
function causeOf(error: unknown): string {
  for (let depth = 0, cause = error; depth < 5 && cause instanceof Error; depth++, cause = cause.cause) {
    const code: unknown = "code" in cause ? cause.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) {
      return code;
    }
  }
  return "unknown";
}

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
      /** Why there was no answer: see {@link TokenEndpointAnswer}. */
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
  const answer = await postTokenForm(tokenEndpoint(request.authorityHost, request.tenantId), form, request);
  return readTokenAnswer(answer, { sentAtMs, nowMs: clock.nowMs(), grantType: "client_credentials" });
}

/** The v2.0 token endpoint of a tenant. */
export function tokenEndpoint(authorityHost: string, tenantId: string): string {
  return `${authorityHost.replace(/\/+$/, "")}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`;
}

/** Reads an answer as the token it brings, or as a classified failure. Pure. */
export function readTokenAnswer(
  answer: TokenEndpointAnswer,
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
