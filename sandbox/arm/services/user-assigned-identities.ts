import { createManagedIdentity, deleteManagedIdentity, IDENTITY_TYPE } from "../managed-identities.ts";
import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities */
export const userAssignedIdentities: StoredType = {
  kind: "stored",
  type: IDENTITY_TYPE,
  tracked: true,
  systemData: true,
  write({ draft, id, existing, context }) {
    const { clientId, principalId } =
      existing?.properties ??
      createManagedIdentity(draft, { displayName: id.name, resourceId: id.id }, context);
    return { properties: { clientId, principalId, tenantId: draft.entra.tenant.id } };
  },
  remove({ draft, resource }) {
    deleteManagedIdentity(draft, String(resource.properties.principalId));
  },
};
