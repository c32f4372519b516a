import { hashOfSecret } from "../../entra/secret-value.ts";
import type { FaceServices } from "../services.ts";
import { wantsClaimsChallenges } from "./claims-parameter.ts";
import { authenticateClient } from "./client-authentication.ts";
import { delegatedTokenResponse } from "./delegated-tokens.ts";
import { requestedScopes } from "./requested-scopes.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { requireClient } from "./token-client.ts";
import type { TokenForm } from "./token-request.ts";
import { requireUser } from "./token-user.ts";

/**
 * New tokens for a user who signed in earlier. The old refresh token stays good, as Entra's do.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token
 */
export async function redeemRefreshToken(
  form: TokenForm,
  tenantName: string,
  services: FaceServices,
): Promise<object> {
  const { store, clock, addresses } = services;
  const { entra } = store.state;
  const client = requireClient(entra, form.require("client_id"));
  const value = form.require("refresh_token");
  const grant = entra.signIn.refreshTokens[hashOfSecret(value)];
  // Whether the client needs a secret was settled when the code was redeemed; it sends one again.
  const proof = await authenticateClient(client, form, tenantName, services, {
    optional: client.application?.properties.isFallbackPublicClient === true,
  });
  if (grant === undefined) throw signInErrors.codeUnknown();
  if (grant.clientId !== client.appId) throw signInErrors.codeOfAnotherClient(client.appId);
  const issued = new Date(grant.issuedAtMs).toISOString();
  if (grant.revoked === "passwordChanged") throw signInErrors.grantRevoked(issued);
  if (grant.revoked === "consentRevoked") {
    throw signInErrors.consentMissing(client.appId, client.displayName);
  }
  if (clock.nowMs() >= grant.expiresAtMs) throw signInErrors.refreshTokenExpired(issued);
  const user = requireUser(entra, grant.userId);
  const asked = form.get("scope") ?? grant.scopes.join(" ");
  // What was agreed to once goes on: a refresh need not name `offline_access` again to get the next token.
  const openId = grant.scopes.filter((scope) => ["openid", "offline_access"].includes(scope));
  const scope = [...new Set([...asked.split(/\s+/), ...openId])].join(" ");
  return delegatedTokenResponse(
    {
      client,
      proof,
      user,
      requested: requestedScopes(entra, scope, addresses),
      signedInFor: grant.scopes,
      nonce: null,
      handlesClaimsChallenges: wantsClaimsChallenges(form.get("claims")),
      wantsClientInfo: form.get("client_info") === "1",
    },
    services,
  );
}
