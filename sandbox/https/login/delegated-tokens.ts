import { consentedScopes } from "../../entra/permission-grants.ts";
import { hashOfSecret } from "../../entra/secret-value.ts";
import type { EntraState, SignInState, User } from "../../entra/state.ts";
import type { FaceServices } from "../services.ts";
import type { ClientProof } from "./client-proof.ts";
import { ACCESS_TOKEN_SECONDS, issueIdToken, issueUserToken } from "./issued-token.ts";
import { DEFAULT_SCOPE, type RequestedScopes } from "./requested-scopes.ts";
import { signInErrors } from "./sign-in-errors.ts";
import type { TokenClient } from "./token-client.ts";

/** Entra: 90 days without use (https://learn.microsoft.com/entra/identity-platform/refresh-tokens). */
const REFRESH_TOKEN_LIFETIME_MS = 90 * 86_400_000;

export interface DelegatedTokenArgs {
  client: TokenClient;
  proof: ClientProof;
  user: User;
  requested: RequestedScopes;
  /** The scopes that were asked for when the user signed in: what a refresh token is good for. */
  signedInFor: readonly string[];
  nonce: string | null;
  handlesClaimsChallenges: boolean;
  /** MSAL asks for it by `client_info=1`. */
  wantsClientInfo: boolean;
}

/**
 * The answer to a grant that acts for a user: access token, and ID and refresh token where asked for.
 * @throws SignInError when nobody has consented to what is asked
 */
export async function delegatedTokenResponse(
  args: DelegatedTokenArgs,
  services: FaceServices,
): Promise<object> {
  const { client, user, requested, signedInFor, nonce, wantsClientInfo } = args;
  const { openId } = requested;
  const scopes = requireConsent(services.store.state.entra, client, user, requested);
  const accessToken = await issueUserToken({ ...args, ...requested, scopes }, services);
  const named = [...openId, ...scopes.map((scope) => scopeOnTheWire(scope, requested))];
  const offline = openId.includes("offline_access");
  return {
    token_type: "Bearer",
    scope: named.filter((scope) => scope !== "offline_access").join(" "),
    expires_in: ACCESS_TOKEN_SECONDS,
    ext_expires_in: ACCESS_TOKEN_SECONDS,
    access_token: accessToken,
    ...(offline ? { refresh_token: await createRefreshToken(client, user, signedInFor, services) } : {}),
    ...(openId.includes("openid") ? { id_token: await issueIdToken({ client, user, nonce }, services) } : {}),
    ...(wantsClientInfo ? { client_info: clientInfo(user, services.store.state.entra) } : {}),
  };
}

/** What of the requested permissions was agreed to; `.default` is everything that was. */
function requireConsent(
  entra: EntraState,
  client: TokenClient,
  user: User,
  { resource, permissions }: RequestedScopes,
): string[] {
  const consented = consentedScopes(entra, {
    clientId: client.principal.id,
    resourceId: resource.id,
    userId: user.id,
  });
  const known = new Set(consented.map((scope) => scope.toLowerCase()));
  const missing = permissions.filter((scope) => scope !== DEFAULT_SCOPE && !known.has(scope.toLowerCase()));
  const nothing = permissions.includes(DEFAULT_SCOPE) && consented.length === 0;
  if (missing.length > 0 || nothing) throw signInErrors.consentMissing(client.appId, client.displayName);
  // Entra puts everything that was agreed to for the resource into the token, not only what was asked.
  return consented;
}

function scopeOnTheWire(scope: string, { audience }: RequestedScopes): string {
  return `${audience.replace(/\/$/, "")}/${scope}`;
}

async function createRefreshToken(
  client: TokenClient,
  user: User,
  scopes: readonly string[],
  { store, clock, randomness }: FaceServices,
): Promise<string> {
  const value = `0.A${Buffer.from(randomness.bytes(96)).toString("base64url")}`;
  const issuedAtMs = clock.nowMs();
  await store.update(({ entra: { signIn } }) => {
    forgetOldTokens(signIn, issuedAtMs);
    signIn.refreshTokens[hashOfSecret(value)] = {
      clientId: client.appId,
      userId: user.id,
      scopes: [...scopes],
      issuedAtMs,
      expiresAtMs: issuedAtMs + REFRESH_TOKEN_LIFETIME_MS,
      revoked: null,
    };
  });
  return value;
}

/** A token stays as long again after it has expired, so that it can be refused in the right words. */
function forgetOldTokens({ refreshTokens }: SignInState, nowMs: number): void {
  for (const [key, { expiresAtMs }] of Object.entries(refreshTokens)) {
    if (expiresAtMs + REFRESH_TOKEN_LIFETIME_MS < nowMs) delete refreshTokens[key];
  }
}

function clientInfo(user: User, { tenant }: EntraState): string {
  return Buffer.from(JSON.stringify({ uid: user.id, utid: tenant.id })).toString("base64url");
}
