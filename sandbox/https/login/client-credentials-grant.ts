import { grantedAppRoles } from "../../entra/app-role-assignments.ts";
import type { FaceServices } from "../services.ts";
import { wantsClaimsChallenges } from "./claims-parameter.ts";
import { authenticateClient } from "./client-authentication.ts";
import { ACCESS_TOKEN_SECONDS, issueAppToken } from "./issued-token.ts";
import { DEFAULT_SCOPE } from "./requested-scopes.ts";
import { resourceNamed } from "./resources.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { isAnyTenant } from "./tenant.ts";
import { requireClient } from "./token-client.ts";
import type { TokenForm } from "./token-request.ts";

/**
 * A token for the application itself.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export async function grantClientCredentials(
  form: TokenForm,
  tenantName: string,
  services: FaceServices,
): Promise<object> {
  if (isAnyTenant(tenantName)) throw signInErrors.tenantMissing();
  const { entra } = services.store.state;
  const client = requireClient(entra, form.require("client_id"));
  const scope = form.get("scope");
  if (scope === undefined) throw signInErrors.scopeMissing();
  const audience = audienceOf(scope);
  const proof = await authenticateClient(client, form, tenantName, services);
  const resource = resourceNamed(entra, audience, services.addresses);
  if (resource === undefined) throw signInErrors.resourceUnknown(audience, entra.tenant.displayName);
  const roles = grantedAppRoles(entra, client.principal.id, resource.id);
  if (resource.properties.appRoleAssignmentRequired === true && roles.length === 0) {
    throw signInErrors.roleNotAssigned(client.appId, resource.appId);
  }
  const accessToken = await issueAppToken(
    {
      client,
      proof,
      resource,
      audience,
      handlesClaimsChallenges: wantsClaimsChallenges(form.get("claims")),
    },
    services,
  );
  return {
    token_type: "Bearer",
    expires_in: ACCESS_TOKEN_SECONDS,
    ext_expires_in: ACCESS_TOKEN_SECONDS,
    access_token: accessToken,
  };
}

/** The resource of `RESOURCE/.default`, which is the only scope that this grant takes. */
function audienceOf(scope: string): string {
  const [only, ...others] = scope.trim().split(/\s+/);
  if (only === undefined || others.length > 0) throw signInErrors.scopeInvalid(scope);
  if (!only.endsWith(`/${DEFAULT_SCOPE}`)) throw signInErrors.scopeNotDefault(only);
  return only.slice(0, -DEFAULT_SCOPE.length - 1);
}
