import { createHash } from "node:crypto";
import { hashOfSecret } from "../../entra/secret-value.ts";
import type { AuthorizationCode } from "../../entra/state.ts";
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
 * Tokens for a user who has just signed in.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export async function redeemAuthorizationCode(
  form: TokenForm,
  tenantName: string,
  services: FaceServices,
): Promise<object> {
  const { store, clock, addresses } = services;
  const client = requireClient(store.state.entra, form.require("client_id"));
  const value = form.require("code");
  const redirectUri = form.require("redirect_uri");
  // A native or single-page application has no secret: PKCE stands in for it.
  const isPublic =
    client.application?.properties.isFallbackPublicClient === true ||
    isPublicRedirect(client.application?.properties, redirectUri);
  const proof = await authenticateClient(client, form, tenantName, services, { optional: isPublic });

  const key = hashOfSecret(value);
  const nowMs = clock.nowMs();
  const code = store.state.entra.signIn.authorizationCodes[key];
  if (code === undefined) throw signInErrors.codeUnknown();
  if (code.clientId !== client.appId) throw signInErrors.codeOfAnotherClient(client.appId);
  if (nowMs >= code.expiresAtMs) throw signInErrors.codeExpired();
  if (code.redirectUri !== redirectUri) throw signInErrors.redirectUriMismatch();
  requireVerifier(code, form.get("code_verifier"));
  const user = requireUser(store.state.entra, code.userId);
  const requested = requestedScopes(store.state.entra, form.get("scope") ?? code.scopes.join(" "), addresses);
  await store.update(({ entra: { signIn } }) => {
    const stored = signIn.authorizationCodes[key];
    if (stored === undefined || stored.redeemed) throw signInErrors.codeRedeemed();
    stored.redeemed = true;
  });
  return delegatedTokenResponse(
    {
      client,
      proof,
      user,
      requested,
      signedInFor: code.scopes,
      nonce: code.nonce,
      handlesClaimsChallenges: wantsClaimsChallenges(form.get("claims")),
      wantsClientInfo: form.get("client_info") === "1",
    },
    services,
  );
}

/** https://www.rfc-editor.org/rfc/rfc7636#section-4.6 */
function requireVerifier(
  { codeChallenge, codeChallengeMethod }: AuthorizationCode,
  verifier: string | undefined,
): void {
  if (codeChallenge === null) return;
  const derived =
    verifier !== undefined && codeChallengeMethod === "S256"
      ? createHash("sha256").update(verifier).digest("base64url")
      : verifier;
  if (derived !== codeChallenge) throw signInErrors.codeVerifierWrong();
}

function isPublicRedirect(properties: Record<string, unknown> | undefined, redirectUri: string): boolean {
  return ["publicClient", "spa"].some((platform) => {
    const settings = properties?.[platform];
    return (
      typeof settings === "object" &&
      settings !== null &&
      "redirectUris" in settings &&
      Array.isArray(settings.redirectUris) &&
      settings.redirectUris.includes(redirectUri)
    );
  });
}
