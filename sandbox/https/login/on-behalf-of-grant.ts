import { type JWTPayload, errors as joseErrors } from "jose";
import type { FaceServices } from "../services.ts";
import { wantsClaimsChallenges } from "./claims-parameter.ts";
import { authenticateClient } from "./client-authentication.ts";
import { delegatedTokenResponse } from "./delegated-tokens.ts";
import { requestedScopes } from "./requested-scopes.ts";
import { audienceAppId } from "./resources.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { requireClient } from "./token-client.ts";
import type { TokenForm } from "./token-request.ts";
import { requireUser } from "./token-user.ts";

/**
 * A token with which a service that a user called goes on acting for that user.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export async function grantOnBehalfOf(
  form: TokenForm,
  tenantName: string,
  services: FaceServices,
): Promise<object> {
  const { store, addresses } = services;
  const { entra } = store.state;
  const client = requireClient(entra, form.require("client_id"));
  if (form.require("requested_token_use") !== "on_behalf_of") throw signInErrors.malformed();
  const assertion = form.require("assertion");
  const proof = await authenticateClient(client, form, tenantName, services);
  const claims = await verifiedClaims(assertion, services);
  if (audienceAppId(entra, claims.aud, addresses) !== client.appId) {
    throw signInErrors.userAssertionAudienceWrong();
  }
  if (claims.idtyp !== "user") throw signInErrors.userAssertionAudienceWrong();
  const user = requireUser(entra, String(claims.oid));
  const scope = form.require("scope");
  return delegatedTokenResponse(
    {
      client,
      proof,
      user,
      requested: requestedScopes(entra, scope, addresses),
      signedInFor: scope.split(/\s+/),
      nonce: null,
      handlesClaimsChallenges: wantsClaimsChallenges(form.get("claims")),
      wantsClientInfo: form.get("client_info") === "1",
    },
    services,
  );
}

async function verifiedClaims(
  assertion: string,
  { signingKeys, clock }: Pick<FaceServices, "signingKeys" | "clock">,
): Promise<JWTPayload> {
  try {
    return (await signingKeys.verify(assertion, clock.nowMs())).payload;
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) throw signInErrors.userAssertionExpired();
    throw signInErrors.userAssertionWrong();
  }
}
