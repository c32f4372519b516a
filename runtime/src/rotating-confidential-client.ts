import { createHash } from "node:crypto";
import { inspect } from "node:util";
import {
  type AuthenticationResult,
  type AuthorizationCodePayload,
  type AuthorizationCodeRequest,
  type AuthorizationUrlRequest,
  type CacheOptions,
  ConfidentialClientApplication,
  InteractionRequiredAuthError,
  type NodeAuthOptions,
  type NodeSystemOptions,
  type OnBehalfOfRequest,
  type RefreshTokenRequest,
  type SilentFlowRequest,
  type TokenCache,
} from "@azure/msal-node";
import type { Fetch } from "./bounded-request.ts";
import { OptionsCheck } from "./check-options.ts";
import { lostGrant, type TokenGrantType } from "./classify-token-error.ts";
import { TokenRequestError } from "./errors.ts";
import type { Customer } from "./failing-customers.ts";
import { type NetworkCall, SecretInjectingNetwork } from "./msal-network.ts";
import type { RotatingSecret } from "./rotating-secret.ts";
import { SharedFlights } from "./shared-flights.ts";

export interface RotatingConfidentialClientOptions {
  readonly secret: RotatingSecret;
  /** MSAL's settings of application and authority; the credential is not among them. */
  readonly auth: Omit<NodeAuthOptions, "clientSecret" | "clientAssertion" | "clientCertificate">;
  /** MSAL's settings of its cache: a plugin that keeps customers' refresh tokens, for one. */
  readonly cache?: CacheOptions;
  /** MSAL's logger. By default it says nothing. */
  readonly loggerOptions?: NodeSystemOptions["loggerOptions"];
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** Options of one call. */
export interface CallOptions {
  /** Stops waiting, and keeps further attempts from being made; a request under way is finished and its result cached. */
  readonly signal?: AbortSignal;
  /**
   * Tells one customer from another, so that one customer's trouble does not count as the application's. Default: the
   * account, or a digest of the code, refresh token or assertion.
   */
  readonly subject?: string;
  /**
   * The customer's tenant: the trouble of one tenant's many mailboxes does not count as the application's. Default: that
   * of the account, assertion or authority, if one of them names it.
   */
  readonly tenant?: string;
}

/** In MSAL's hands instead of the secret; never sent. */
const placeholder = "put-in-when-sent";

/**
 * MSAL's confidential client for tokens on behalf of users (authorization code, refresh token, on-behalf-of), with the
 * client secret of a {@link RotatingSecret}. The token cache outlives every change of secret.
 *
 * MSAL's cache looks through all of its accounts at every call, which takes milliseconds from some hundred accounts on:
 * a service with many customers makes one client for each, all with the same {@link RotatingSecret}.
 *
 * Each method takes MSAL's own request. All of them throw TokenRequestError, SecretReadError, BreakerOpenError,
 * TooManyWaitersError, OperationTimeoutError, the reason of `signal`, or MSAL's own errors about the request itself.
 * A failure of kind `user-grant` is one customer's: that customer must connect again, and nobody else is affected.
 */
export class RotatingConfidentialClient {
  readonly #secret: RotatingSecret;
  readonly #clientId: string;
  readonly #authority: string;
  readonly #network: SecretInjectingNetwork;
  readonly #flights = new SharedFlights<AuthenticationResult | null>();
  readonly #msal: ConfidentialClientApplication;

  /** @throws ConfigurationError naming every option that cannot be used. */
  constructor(options: RotatingConfidentialClientOptions) {
    const { auth, secret } = options;
    new OptionsCheck("Options of RotatingConfidentialClient")
      .require("secret", secret, typeof secret?.run === "function", "a RotatingSecret")
      .text("auth.clientId", auth?.clientId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a GUID")
      .httpsUrl("auth.authority", auth?.authority ?? "https://login.microsoftonline.com/common")
      .done();
    this.#secret = secret;
    this.#clientId = auth.clientId;
    this.#authority = auth.authority ?? "https://login.microsoftonline.com/common";
    this.#network = new SecretInjectingNetwork(secret, options.fetch);
    this.#msal = new ConfidentialClientApplication({
      auth: { ...auth, clientSecret: placeholder },
      ...(options.cache === undefined ? {} : { cache: options.cache }),
      system: {
        networkClient: this.#network,
        ...(options.loggerOptions === undefined ? {} : { loggerOptions: options.loggerOptions }),
      },
    });
  }

  /** The address to which a customer's browser is sent to sign in and consent. */
  getAuthCodeUrl(request: AuthorizationUrlRequest, options: CallOptions = {}): Promise<string> {
    const call = this.#call("authorization_code", {}, options, options.signal);
    const work = this.#during(call, () => this.#msal.getAuthCodeUrl(request));
    return this.#secret.gate.waiting(work, options.signal);
  }

  /** Redeems the code that a customer's browser brought back. */
  acquireTokenByCode(
    request: AuthorizationCodeRequest,
    payload?: AuthorizationCodePayload,
    options: CallOptions = {},
  ): Promise<AuthenticationResult> {
    return this.#acquire("authorization_code", { subject: digest(request.code) }, request, options, (copy) =>
      this.#msal.acquireTokenByCode(copy, payload),
    );
  }

  /** Redeems a refresh token that is kept outside MSAL's cache. `null` if MSAL found no answer in the answer. */
  acquireTokenByRefreshToken(
    request: RefreshTokenRequest,
    options: CallOptions = {},
  ): Promise<AuthenticationResult | null> {
    return this.#acquire(
      "refresh_token",
      { subject: digest(request.refreshToken) },
      request,
      options,
      (copy) => this.#msal.acquireTokenByRefreshToken(copy),
    );
  }

  /** A token from the cache, refreshed on need. */
  acquireTokenSilent(request: SilentFlowRequest, options: CallOptions = {}): Promise<AuthenticationResult> {
    const { homeAccountId: subject, tenantId: tenant } = request.account ?? {};
    return this.#acquire("refresh_token", { subject, tenant }, request, options, (copy) =>
      this.#msal.acquireTokenSilent(copy),
    );
  }

  /** A token for another API, on behalf of the user whose token was received. */
  acquireTokenOnBehalfOf(
    request: OnBehalfOfRequest,
    options: CallOptions = {},
  ): Promise<AuthenticationResult | null> {
    return this.#acquire("on_behalf_of", userOf(request.oboAssertion), request, options, (copy) =>
      this.#msal.acquireTokenOnBehalfOf(copy),
    );
  }

  /** MSAL's token cache: accounts, and its content as text. */
  getTokenCache(): TokenCache {
    return this.#msal.getTokenCache();
  }

  toJSON(): object {
    return { clientId: this.#clientId, secret: this.#secret.status };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }

  /** Runs MSAL's work once for all that ask for the same: a code, or a refresh token, is good for one redemption. */
  async #acquire<R extends { readonly authority?: string }, T extends AuthenticationResult | null>(
    grantType: TokenGrantType,
    customer: Customer,
    request: R,
    options: CallOptions,
    work: (copy: R) => Promise<T>,
  ): Promise<T> {
    options.signal?.throwIfAborted();
    const same = digest(JSON.stringify({ ...request, correlationId: undefined }));
    const tenant = customer.tenant ?? tenantOf(request.authority ?? this.#authority);
    const startedMs = this.#secret.clock.monotonicMs();
    const call = (stop: AbortSignal) =>
      this.#call(grantType, { ...customer, tenant }, options, stop, startedMs);
    const result = await this.#flights.join(
      `${grantType} ${same}`,
      (stop) => this.#during(call(stop), () => work({ ...request })), // MSAL writes into it.
      (flight) => this.#secret.gate.waiting(flight, options.signal),
    );
    // The key holds the request, so what was begun for it has this method's type.
    return (result === null ? null : withHiddenTokens(result)) as T;
  }

  #call(
    grantType: TokenGrantType,
    customer: Customer,
    options: CallOptions,
    stop: AbortSignal | undefined,
    startedMs = this.#secret.clock.monotonicMs(),
  ): NetworkCall {
    return {
      grantType,
      subject: options.subject ?? customer.subject ?? "unknown",
      tenant: options.tenant ?? customer.tenant,
      stop,
      startedMs,
    };
  }

  async #during<T>(call: NetworkCall, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#network.during(call, work);
    } catch (error) {
      throw call.error ?? withKnownGrant(error);
    }
  }
}

/**
 * MSAL forgets a refresh token that the directory no longer takes; from then on it says by itself that the user must
 * sign in (`no_tokens_found`).
 */
function withKnownGrant(error: unknown): unknown {
  return error instanceof InteractionRequiredAuthError
    ? new TokenRequestError(lostGrant(), 0, undefined, error.errorCode)
    : error;
}

/** The tenant that an authority names, if it is not one of all tenants. */
function tenantOf(authority: string): string | undefined {
  const [, tenant] = URL.canParse(authority) ? new URL(authority).pathname.split("/") : [];
  return tenant && !["common", "organizations", "consumers"].includes(tenant) ? tenant : undefined;
}

/**
 * The user whom an assertion is about. Nothing is decided by it but who counts as one customer, so its signature does
 * not matter.
 */
function userOf(assertion: string): Customer {
  try {
    const claims: unknown = JSON.parse(Buffer.from(assertion.split(".")[1] ?? "", "base64url").toString());
    const { tid, oid } = claims as { readonly tid?: unknown; readonly oid?: unknown };
    if (typeof tid === "string" && typeof oid === "string") {
      return { subject: `${oid}.${tid}`, tenant: tid };
    }
  } catch {
    // No JWT.
  }
  return { subject: digest(assertion) };
}

function digest(value: string): string {
  return createHash("sha256").update(value).digest("base64url").slice(0, 16);
}

/** A copy whose tokens are hidden from `util.inspect` and JSON: for whoever logs it. */
function withHiddenTokens(result: AuthenticationResult): AuthenticationResult {
  const hidden = (value: unknown) => ({ value, enumerable: false });
  const copy = { ...result, account: result.account === null ? null : { ...result.account } };
  Object.defineProperties(copy, { accessToken: hidden(copy.accessToken), idToken: hidden(copy.idToken) });
  if (copy.account?.idToken !== undefined) {
    Object.defineProperty(copy.account, "idToken", hidden(copy.account.idToken));
  }
  return copy;
}
