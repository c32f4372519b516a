import type { ProviderFunction } from "../bridge/invoke.ts";
import type { Directory } from "./directory.ts";

/** Who is signed in. https://www.pulumi.com/registry/packages/azuread/api-docs/getclientconfig/ */
export function getClientConfig(
  directory: Directory,
  configuredTenantId: () => string | undefined,
): ProviderFunction {
  return {
    args: {},
    async call() {
      const { clientId, principalId: objectId } = await directory.caller();
      const tenantId = configuredTenantId() ?? directory.read((entra) => entra.tenant.id);
      return { id: `${tenantId}-${clientId}-${objectId}`, clientId, objectId, tenantId };
    },
  };
}
