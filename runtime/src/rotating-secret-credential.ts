import { inspect } from "node:util";
import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/core-auth";
import { throwIfAborted } from "./abort.ts";
import type { Fetch } from "./bounded-request.ts";
import { OptionsCheck } from "./check-options.ts";
import type { Clock } from "./clock.ts";
import type { RotatingSecret } from "./rotating-secret.ts";
import { SharedFlights } from "./shared-flights.ts";
import { type IssuedToken, requestClientCredentialsToken } from "./token-request.ts";

export interface RotatingSecretCredentialOptions {
  readonly secret: RotatingSecret;
  /** The tenant's id or one of its domains. */
  readonly tenantId: string;
  /** The application's client id. */
  readonly clientId: string;
  /** Default `https://login.microsoftonline.com`. */
  readonly authorityHost?: string;
  /** Other tenants for which tokens may be asked; `"*"` for any. Default: none. */
  readonly additionallyAllowedTenants?: readonly string[];
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** A token is replaced in the background when this share of its life, or less, is left. */
const refreshShare = 1 / 4;

/** But no earlier than this before its end, in milliseconds. */
const longestRefreshAheadMs = 600_000;

/** A token this close to its end is not handed out any more; milliseconds, at most a tenth of its life. */
const reserveMs = 60_000;

/** Time between attempts to replace a token in the background, in milliseconds. */
const backgroundRetryMs = 30_000;

/** What Azure's SDKs are given. The token shows neither in `util.inspect` nor in JSON. */
class RotatingAccessToken implements AccessToken {
  readonly #token: string;
  readonly expiresOnTimestamp: number;
  readonly refreshAfterTimestamp: number;
  readonly tokenType = "Bearer";

  constructor(token: string, expiresOnTimestamp: number, refreshAfterTimestamp: number) {
    this.#token = token;
    this.expiresOnTimestamp = expiresOnTimestamp;
    this.refreshAfterTimestamp = refreshAfterTimestamp;
  }

  get token(): string {
    return this.#token;
  }
}

interface CachedToken {
  readonly token: AccessToken;
  /** Settled; kept so that a cached answer costs no allocation. */
  readonly answer: Promise<AccessToken>;
  /** Times on both clocks: the wall clock can jump, the monotonic one stands still while the machine sleeps. */
  readonly usableUntil: Moment;
  readonly refreshFrom: Moment;
  /** Monotonic time before which no further background attempt is made. */
  retryFromMs: number;
}

interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/**
 * Tokens of the application itself, for every client of Azure's SDKs and Microsoft Graph: takes the client secret
 * from a {@link RotatingSecret}, so it follows a rotation without a restart.
 *
 * Tokens are cached per tenant and scope, replaced in the background before they end, and asked for once however
 * many callers wait.
 */
export class RotatingSecretCredential implements TokenCredential {
  readonly #secret: RotatingSecret;
  readonly #tenantId: string;
  readonly #clientId: string;
  readonly #authorityHost: string;
  readonly #allowedTenants: readonly string[];
  readonly #fetch: Fetch | undefined;
  readonly #tokens = new Map<string, CachedToken>();
  readonly #flights = new SharedFlights<AccessToken>();

  /** @throws ConfigurationError naming every option that cannot be used. */
  constructor(options: RotatingSecretCredentialOptions) {
    const authorityHost = options.authorityHost ?? "https://login.microsoftonline.com";
    new OptionsCheck("Options of RotatingSecretCredential")
      .require("secret", options.secret, typeof options.secret?.run === "function", "a RotatingSecret")
      .text("tenantId", options.tenantId, tenantForm, "a tenant's id or domain")
      .text("clientId", options.clientId, guidForm, "a GUID")
      .httpsUrl("authorityHost", authorityHost)
      .done();
    this.#secret = options.secret;
    this.#tenantId = options.tenantId;
    this.#clientId = options.clientId;
    this.#authorityHost = authorityHost;
    this.#allowedTenants = options.additionallyAllowedTenants ?? [];
    this.#fetch = options.fetch;
  }

  /**
   * A token for the scopes, from the cache if it has one.
   *
   * @param scopes usually one, e.g. `https://graph.microsoft.com/.default`.
   * @throws TokenRequestError, SecretReadError, BreakerOpenError, TooManyWaitersError, OperationTimeoutError,
   * ConfigurationError, or the reason of `options.abortSignal`.
   */
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    if (options === undefined && typeof scopes === "string") {
      const cached = this.#tokens.get(scopes);
      if (cached !== undefined && this.#isUsable(cached)) {
        if (isReached(cached.refreshFrom, this.#secret.clock)) {
          return this.#getToken(scopes, {});
        }
        return cached.answer;
      }
    }
    return this.#getToken(scopes, options ?? {});
  }

  /**
   * Drops a token from the cache, because a resource refused it: the next `getToken` asks for another. Does nothing if
   * that token has been replaced already.
   */
  discard(token: string): void {
    for (const [key, cached] of this.#tokens) {
      if (cached.token.token === token) {
        this.#tokens.delete(key);
      }
    }
  }

  toJSON(): object {
    return { tenantId: this.#tenantId, clientId: this.#clientId, secret: this.#secret.status };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }

  async #getToken(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    const { abortSignal, enableCae = false } = options;
    const scope = typeof scopes === "string" ? scopes : scopes.join(" ");
    const tenantId = options.tenantId ?? this.#tenantId;
    this.#checkRequest(scope, tenantId, options.claims);
    throwIfAborted(abortSignal);
    // None of the parts has a line break, so keys cannot meet.
    const key =
      tenantId === this.#tenantId && !enableCae
        ? scope
        : [scope, tenantId, enableCae ? "cae" : ""].join("\n");
    const request = { key, scope, tenantId, enableCae, startedMs: this.#secret.clock.monotonicMs() };
    if (options.claims === undefined) {
      const cached = this.#tokens.get(key);
      if (cached !== undefined && this.#isUsable(cached)) {
        this.#refreshIfDue(cached, request);
        return cached.answer;
      }
    }
    const flightKey = options.claims === undefined ? key : `${key}\n${options.claims}`;
    return this.#flights.join(
      flightKey,
      (stop) => this.#request({ ...request, claims: options.claims }, stop),
      (work) => this.#secret.gate.waiting(work, abortSignal),
    );
  }

  #checkRequest(scope: string, tenantId: string, claims: string | undefined): void {
    const isAllowed = (allowed: string) => allowed === "*" || allowed === tenantId;
    new OptionsCheck("getToken")
      .text("scopes", scope, /^[\x21-\x7e]+( [\x21-\x7e]+)*$/, "one or more scopes without blanks inside")
      .text("tenantId", tenantId, tenantForm, "a tenant's id or domain")
      .require(
        "tenantId",
        tenantId,
        tenantId === this.#tenantId || this.#allowedTenants.some(isAllowed),
        "the credential's own tenant, or one of additionallyAllowedTenants",
      )
      .require("claims", claims, claims === undefined || isJsonObject(claims), "a JSON object as text")
      .done();
  }

  #refreshIfDue(cached: CachedToken, request: TokenRequest): void {
    const { clock } = this.#secret;
    if (!isReached(cached.refreshFrom, clock)) {
      return;
    }
    const nowMs = clock.monotonicMs();
    if (nowMs < cached.retryFromMs || this.#flights.has(request.key)) {
      return;
    }
    cached.retryFromMs = nowMs + backgroundRetryMs;
    this.#flights.begin(request.key, (stop) => this.#request(request, stop));
  }

  #request(request: TokenRequest, stop: AbortSignal): Promise<AccessToken> {
    return this.#secret.run<AccessToken>({
      grantType: "client_credentials",
      subject: request.tenantId === this.#tenantId ? undefined : request.tenantId,
      tenant: request.tenantId,
      startedMs: request.startedMs,
      stop,
      attempt: async (secret, { timeoutMs, closed }) => {
        const outcome = await requestClientCredentialsToken({
          authorityHost: this.#authorityHost,
          tenantId: request.tenantId,
          clientId: this.#clientId,
          clientSecret: secret.reveal(),
          scope: request.scope,
          claims: request.enableCae ? withCaeCapability(request.claims) : request.claims,
          timeoutMs,
          signal: closed,
          fetch: this.#fetch,
          clock: this.#secret.clock,
        });
        // Kept even if everybody has stopped waiting by now: the next caller will be glad of it.
        return outcome.ok ? { ok: true, value: this.#keep(request.key, outcome.token) } : outcome;
      },
    });
  }

  #keep(key: string, issued: IssuedToken): AccessToken {
    const { clock, random } = this.#secret;
    const nowMs = clock.nowMs();
    const monotonicMs = clock.monotonicMs();
    const lifeMs = Math.max(0, issued.expiresAtMs - nowMs);
    const at = (wallMs: number): Moment => ({ wallMs, monotonicMs: monotonicMs + wallMs - nowMs });
    const aheadMs = Math.min(longestRefreshAheadMs, lifeMs * refreshShare);
    const refreshAtMs = Math.min(
      issued.refreshAtMs ?? Number.POSITIVE_INFINITY,
      issued.expiresAtMs - aheadMs,
    );
    // Up to a tenth earlier, so that processes that started together do not ask together for ever.
    const refreshFromMs = refreshAtMs - random() * 0.1 * Math.max(0, refreshAtMs - nowMs);
    const token = new RotatingAccessToken(issued.accessToken, issued.expiresAtMs, refreshFromMs);
    for (const [other, cached] of this.#tokens) {
      if (isReached(cached.usableUntil, clock)) {
        this.#tokens.delete(other);
      }
    }
    this.#tokens.set(key, {
      token,
      answer: Promise.resolve(token),
      usableUntil: at(issued.expiresAtMs - Math.min(reserveMs, lifeMs / 10)),
      refreshFrom: at(refreshFromMs),
      retryFromMs: 0,
    });
    return token;
  }

  #isUsable(cached: CachedToken): boolean {
    return !isReached(cached.usableUntil, this.#secret.clock);
  }
}

interface TokenRequest {
  /** Under which the token is cached. */
  readonly key: string;
  readonly scope: string;
  readonly tenantId: string;
  readonly enableCae: boolean;
  /** Monotonic time at which the first caller came. */
  readonly startedMs: number;
  /** A claims challenge: the cached token will not do. */
  readonly claims?: string | undefined;
}

const tenantForm = /^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$/;
const guidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a moment has come by either clock. */
function isReached(moment: Moment, clock: Clock): boolean {
  return clock.nowMs() >= moment.wallMs || clock.monotonicMs() >= moment.monotonicMs;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * Tells the directory that the client handles claims challenges
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
function withCaeCapability(claims: string | undefined): string {
  const challenge = JSON.parse(claims ?? "{}") as { access_token?: object };
  const accessToken = { ...challenge.access_token, xms_cc: { values: ["cp1"] } };
  return JSON.stringify({ ...challenge, access_token: accessToken });
}
