import { isAllowed, principalWithGroups } from "../arm/rbac.ts";
import type { State } from "../state.ts";
import { KeyVaultError } from "./errors.ts";
import { settingsOfVault, vaultNamed } from "./vaults.ts";

/** What can be done with secrets, by the names that access policies use. */
export type SecretOperation = "get" | "list" | "set" | "delete" | "recover" | "purge" | "backup" | "restore";

/** What a data-plane call asks for. An update of attributes is its own right with roles, `set` with policies. */
export type SecretCall = SecretOperation | "update";

/** https://learn.microsoft.com/azure/role-based-access-control/permissions/security#microsoftkeyvault */
const DATA_ACTIONS: Record<SecretCall, string> = {
  get: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
  list: "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
  set: "Microsoft.KeyVault/vaults/secrets/setSecret/action",
  update: "Microsoft.KeyVault/vaults/secrets/update/action",
  delete: "Microsoft.KeyVault/vaults/secrets/delete",
  recover: "Microsoft.KeyVault/vaults/secrets/recover/action",
  purge: "Microsoft.KeyVault/vaults/secrets/purge/action",
  backup: "Microsoft.KeyVault/vaults/secrets/backup/action",
  restore: "Microsoft.KeyVault/vaults/secrets/restore/action",
};

export interface SecretAccess {
  vaultName: string;
  /** The secret that it is about; not given where it is about the whole vault, as with a list. */
  secretName?: string | undefined;
  /** Object id of the caller. */
  principalId: string;
  call: SecretCall;
}

/** Whether a principal may do this in a vault: by roles, or by access policies, as the vault is set up. */
export function maySecret(state: State, { vaultName, secretName, principalId, call }: SecretAccess): boolean {
  const vault = vaultNamed(state, vaultName);
  const { rbac, accessPolicies } = settingsOfVault(state, vault);
  if (rbac) {
    const scope = secretName === undefined ? vault.resourceId : `${vault.resourceId}/secrets/${secretName}`;
    return isAllowed(state, { principalId, scope, dataAction: DATA_ACTIONS[call] });
  }
  const principals = principalWithGroups(state, principalId);
  const permission = call === "update" ? "set" : call;
  return accessPolicies.some(
    ({ objectId, permissions }) =>
      principals.has(objectId.toLowerCase()) &&
      (permissions.secrets ?? []).some((granted) => ["all", permission].includes(granted.toLowerCase())),
  );
}

/**
 * @param caller what Key Vault calls the caller in its refusal
 * @throws KeyVaultError 403, in the words of Key Vault, when the principal may not do this.
 */
export function requireSecretAccess(
  state: State,
  access: SecretAccess,
  caller: { appId: string; tenantId: string },
): void {
  if (maySecret(state, access)) return;
  const vault = vaultNamed(state, access.vaultName);
  const named = `appid=${caller.appId};oid=${access.principalId};iss=https://sts.windows.net/${caller.tenantId}/`;
  if (!settingsOfVault(state, vault).rbac) {
    throw new KeyVaultError(
      403,
      "Forbidden",
      `The user, group or application '${named}' does not have secrets ${access.call} permission on key vault ` +
        `'${vault.name};location=${locationOf(state, vault.resourceId)}'. For help resolving this issue, please ` +
        "see https://go.microsoft.com/fwlink/?linkid=2125287",
      "AccessDenied",
    );
  }
  const resource = `${vault.resourceId}${access.secretName === undefined ? "" : `/secrets/${access.secretName}`}`;
  throw new KeyVaultError(
    403,
    "Forbidden",
    "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role " +
      "definitions were changed recently, please observe propagation time.\r\n" +
      `Caller: ${named}\r\nAction: '${DATA_ACTIONS[access.call]}'\r\nResource: '${resource.toLowerCase()}'\r\n` +
      "Assignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\n" +
      `Vault: ${vault.name};location=${locationOf(state, vault.resourceId)}\r\n`,
    "ForbiddenByRbac",
  );
}

function locationOf(state: State, resourceId: string): string {
  return state.arm.resources[resourceId.toLowerCase()]?.location ?? "";
}
