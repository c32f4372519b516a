import { isoSeconds } from "../iso-time.ts";
import type { CreationContext } from "./context.ts";
import type { EntraState, ServicePrincipal } from "./state.ts";

/**
 * Makes the service principal of a managed identity, which has no application behind it.
 * @param resourceId the identity's id in Azure Resource Manager
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
 */
export function createManagedIdentityPrincipal(
  entra: EntraState,
  { displayName, resourceId }: { displayName: string; resourceId: string },
  { nowMs, randomness }: CreationContext,
): ServicePrincipal {
  const id = randomness.uuid();
  const principal: ServicePrincipal = {
    id,
    appId: randomness.uuid(),
    displayName,
    accountEnabled: true,
    createdDateTime: isoSeconds(nowMs),
    passwordCredentials: [],
    keyCredentials: [],
    owners: [],
    properties: {
      servicePrincipalType: "ManagedIdentity",
      alternativeNames: ["isExplicit=True", resourceId],
    },
  };
  entra.servicePrincipals[id] = principal;
  return principal;
}
