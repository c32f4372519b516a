import { AsyncLocalStorage } from "node:async_hooks";
import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { AuthorityMetadata, asNetworkResponse } from "./authority-metadata.ts";
import { type Fetch, sendForm } from "./bounded-request.ts";
import { classifyTokenError, type TokenGrantType } from "./classify-token-error.ts";
import { TokenRequestError } from "./errors.ts";
import type { RotatingSecret } from "./rotating-secret.ts";

/** The call that a request belongs to. */
export interface NetworkCall {
  readonly grantType: TokenGrantType;
  readonly subject: string | undefined;
  readonly tenant: string | undefined;
  readonly stop: AbortSignal | undefined;
  /** Monotonic time at which the first caller came. */
  readonly startedMs: number;
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
  readonly #metadata: AuthorityMetadata;

  constructor(secret: RotatingSecret, fetch: Fetch | undefined) {
    this.#secret = secret;
    this.#fetch = fetch;
    this.#metadata = AuthorityMetadata.of(secret);
  }

  /** Runs MSAL's work so that its requests are known to belong to `call`. */
  during<T>(call: NetworkCall, work: () => Promise<T>): Promise<T> {
    return this.#calls.run(call, work);
  }

  /** Reads the authority's metadata. */
  async sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    const call = this.#calls.getStore();
    try {
      const response = await this.#metadata.read({
        url,
        headers: options?.headers,
        fetch: this.#fetch,
        stop: call?.stop,
        startedMs: call?.startedMs ?? this.#secret.clock.monotonicMs(),
      });
      return response as NetworkResponse<T>;
    } catch (error) {
      throw this.#failed(call, error);
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
        tenant: call?.tenant,
        stop: call?.stop,
        startedMs: call?.startedMs,
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

function hasToken(body: unknown): boolean {
  const token: unknown = (body as { access_token?: unknown }).access_token;
  return typeof token === "string" && token !== "";
}
