import type { EntraState } from "./state.ts";
import { wellKnownServicePrincipals } from "./well-known/service-principals.ts";

/** A tenant that nobody has used yet: Microsoft's own service principals are there, and nothing else. */
export function initialEntraState({ tenantId, nowMs }: { tenantId: string; nowMs: number }): EntraState {
  return {
    tenant: { id: tenantId, displayName: "Keyturn sandbox", domain: "sandbox.onmicrosoft.com" },
    applications: {},
    servicePrincipals: wellKnownServicePrincipals(tenantId, nowMs),
    groups: {},
    users: {},
    directoryRoles: {},
    roleAssignments: {},
    appRoleAssignments: {},
    oauth2PermissionGrants: {},
    roleDefinitions: {},
    deletedItems: {},
    signIn: {
      signingKeys: [],
      authorizationCodes: {},
      refreshTokens: {},
      testIssuers: {},
      credentialUses: {},
    },
    settings: { secretPropagationMs: [0], checkAssertionTimes: false },
  };
}
