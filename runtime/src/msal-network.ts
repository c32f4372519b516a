import { AsyncLocalStorage } from "node:async_hooks";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { delay } from "./abort.ts";
import { fullJitterDelayMs } from "./backoff.ts";
import { type Answer, type Fetch, sendForm, sendRequest } from "./bounded-request.ts";
import { classifyTokenError, type TokenGrantType } from "./classify-token-error.ts";
import { TokenRequestError } from "./errors.ts";
import type { RotatingSecret } from "./rotating-secret.ts";

/** Reads of the authority's metadata per call. */
const mostMetadataReads = 3;
const metadataBackoff = { firstMs: 250, longestMs: 2_000 };

/** How long metadata is believed, in milliseconds: as long as MSAL believes it. */
const metadataLifeMs = 24 * 3_600_000;

/** The authority's metadata by address: many clients, one per customer, then cost one read. */
type Metadata = Map<string, { readonly untilMs: number; readonly response: NetworkResponse<unknown> }>;
const metadataOf = new WeakMap<RotatingSecret, Metadata>();

/** The call that a request belongs to. */
export interface NetworkCall {
  readonly grantType: TokenGrantType;
  readonly subject: string | undefined;
  readonly stop: AbortSignal | undefined;
  /** Why the call got no token, for MSAL's own error does not say it. */
  error?: unknown;
}

/**
 * MSAL's way to the network. Puts the current client secret into each token request at the moment it is sent, so that
 * one MSAL client, with its cache, lives on through every rotation; and does the repeating that a rotation and the
 * directory's trouble ask for.
 */
export class SecretInjectingNetwork implements INetworkModule {
  readonly #secret: RotatingSecret;
  readonly #fetch: Fetch | undefined;
  readonly #calls = new AsyncLocalStorage<NetworkCall>();
  readonly #metadata: Metadata;

  constructor(secret: RotatingSecret, fetch: Fetch | undefined) {
    this.#secret = secret;
    this.#fetch = fetch;
    this.#metadata = metadataOf.get(secret) ?? new Map();
    metadataOf.set(secret, this.#metadata);
  }

  /** Runs MSAL's work so that its requests are known to belong to `call`. */
  during<T>(call: NetworkCall, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(call, work);
  }

  /** Reads the authority's metadata: without a secret, so without breaker; but bounded and repeated. */
  async sendGetRequestAsync<T>(
    url: string,
    options?: NetworkRequestOptions,
    timeoutMs?: number,
  ): Promise<NetworkResponse<T>> {
    const { clock, random, limits } = this.#secret;
    const call = this.#calls.getStore();
    const known = this.#metadata.get(url);
    if (known !== undefined && clock.monotonicMs() < known.untilMs) {
      return known.response as NetworkResponse<T>;
    }
    for (let reads = 1; ; reads++) {
      const answer = await sendRequest(
        url,
        { method: "GET", headers: { accept: "application/json", ...options?.headers } },
        { timeoutMs: timeoutMs ?? limits.requestTimeoutMs, fetch: this.#fetch, clock },
      );
      const read = asNetworkResponse<T>(answer);
      if (read !== undefined && read.status < 500 && read.status !== 429) {
        if (read.status === 200) {
          this.#metadata.set(url, { untilMs: clock.monotonicMs() + metadataLifeMs, response: read });
        }
        return read;
      }
      if (reads === mostMetadataReads) {
        throw this.#failed(call, notAnswered(answer, clock.nowMs()));
      }
      await delay(clock, fullJitterDelayMs(reads - 1, metadataBackoff, random), call?.stop);
    }
  }

  /** Requests a token. */
  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const { clock } = this.#secret;
    const call = this.#calls.getStore();
    const form = new URLSearchParams(options?.body ?? "");
    const grantType = call?.grantType ?? "client_credentials";
    let refused: NetworkResponse<T> | undefined;
    try {
      return await this.#secret.run<NetworkResponse<T>>({
        grantType,
        subject: call?.subject,
        stop: call?.stop,
        attempt: async (secret, { timeoutMs, closed }) => {
          form.set("client_secret", secret.reveal());
          const answer = await sendForm(url, form, {
            headers: options?.headers,
            timeoutMs,
            signal: closed,
            fetch: this.#fetch,
            clock,
          });
          const read = asNetworkResponse<T>(answer);
          if (read?.status === 200 && hasToken(read.body)) {
            return { ok: true, value: read };
          }
          refused = read;
          return answer.status === undefined
            ? {
                ok: false,
                failure: classifyTokenError({ nowMs: clock.nowMs(), grantType }),
                cause: answer.cause,
              }
            : { ok: false, failure: classifyTokenError({ ...answer, nowMs: clock.nowMs(), grantType }) };
        },
      });
    } catch (error) {
      this.#failed(call, error);
      const kind = error instanceof TokenRequestError ? error.failure.kind : undefined;
      if (refused !== undefined && (kind === "user-grant" || kind === "permanent")) {
        return refused; // MSAL has its own conclusions to draw: it drops a refresh token that is no longer good.
      }
      // Anything else it would answer by refusing further requests for a minute, out of the breaker's sight.
      throw error;
    }
  }

  /** Remembers the first cause. */
  #failed(call: NetworkCall | undefined, error: unknown): unknown {
    if (call !== undefined) {
      call.error ??= error;
    }
    return error;
  }
}

function asNetworkResponse<T>(answer: Answer): NetworkResponse<T> | undefined {
  if (answer.status === undefined) {
    return undefined;
  }
  try {
    const body: unknown = JSON.parse(answer.body);
    return typeof body === "object" && body !== null
      ? { status: answer.status, headers: Object.fromEntries(answer.headers), body: body as T }
      : undefined;
  } catch {
    return undefined;
  }
}

function hasToken(body: unknown): boolean {
  const token: unknown = (body as { access_token?: unknown }).access_token;
  return typeof token === "string" && token !== "";
}

function notAnswered(answer: Answer, nowMs: number): TokenRequestError {
  return answer.status === undefined
    ? new TokenRequestError(classifyTokenError({ nowMs }), 0, undefined, answer.cause)
    : new TokenRequestError(classifyTokenError({ ...answer, nowMs }), 0, undefined);
}
