import type { ArmState } from "./arm/state.ts";
import type { EntraState } from "./entra/state.ts";
import type { KeyVaultState } from "./keyvault/state.ts";

/** Everything that the sandbox remembers. Plain JSON. */
export interface State {
  schemaVersion: 1;
  clock: { nowMs: number };
  entra: EntraState;
  arm: ArmState;
  keyVault: KeyVaultState;
}

/** What a new sandbox is made with. */
export interface InitialStateArgs {
  /** The sandbox's first moment, in milliseconds since 1970; cut to the second. */
  nowMs: number;
  tenantId: string;
  subscriptionId: string;
}

/** An empty tenant and an empty subscription. */
export function initialState({ nowMs, tenantId, subscriptionId }: InitialStateArgs): State {
  return {
    schemaVersion: 1,
    clock: { nowMs: Math.floor(nowMs / 1000) * 1000 },
    entra: {
      tenant: { id: tenantId, displayName: "Keyturn sandbox", domain: "sandbox.onmicrosoft.com" },
      applications: {},
      servicePrincipals: {},
      groups: {},
      users: {},
      directoryRoles: {},
      roleAssignments: {},
      appRoleAssignments: {},
      oauth2PermissionGrants: {},
    },
    arm: { subscriptionId, resources: {} },
    keyVault: { vaults: {} },
  };
}
