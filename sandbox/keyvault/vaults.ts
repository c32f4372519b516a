import { resourceKey } from "../arm/resource-id.ts";
import type { ArmResource } from "../arm/state.ts";
import type { State } from "../state.ts";
import { vaultNotFound } from "./errors.ts";
import type { DeletedVault, Vault } from "./state.ts";

/** Key Vault's own, and the most (https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview). */
export const DEFAULT_RETENTION_DAYS = 90;
const DAY_SECONDS = 24 * 60 * 60;

/** `https://NAME.vault.azure.net/`, as in the public cloud. */
export function publicVaultUri(vaultName: string): string {
  return `https://${vaultName.toLowerCase()}.vault.azure.net/`;
}

export function secondsOf(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}

/** @throws KeyVaultError 404, when there is no vault of that name. */
export function vaultNamed(state: State, vaultName: string): Vault {
  const vault = state.keyVault.vaults[vaultName.toLowerCase()];
  if (vault === undefined) throw vaultNotFound(vaultName);
  return vault;
}

/** How a vault was set up, from its control plane. */
export interface VaultSettings {
  /** Rights by role assignments; if not, by the vault's own access policies. */
  rbac: boolean;
  purgeProtection: boolean;
  retentionDays: number;
  tenantId: string | undefined;
  accessPolicies: AccessPolicy[];
}

export interface AccessPolicy {
  tenantId: string;
  objectId: string;
  permissions: { secrets?: string[]; keys?: string[]; certificates?: string[]; storage?: string[] };
}

export function settingsOfVault(state: State, vault: Vault): VaultSettings {
  return settingsOf(state.arm.resources[resourceKey(vault.resourceId)]);
}

export function settingsOf(resource: ArmResource | undefined): VaultSettings {
  const properties = resource?.properties ?? {};
  return {
    rbac: properties.enableRbacAuthorization === true,
    purgeProtection: properties.enablePurgeProtection === true,
    retentionDays: (properties.softDeleteRetentionInDays as number | undefined) ?? DEFAULT_RETENTION_DAYS,
    tenantId: properties.tenantId as string | undefined,
    accessPolicies: (properties.accessPolicies as AccessPolicy[] | undefined) ?? [],
  };
}

/**
 * The recovery level that every object of a vault shows in its attributes.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#deletionrecoverylevel
 */
export function recoveryLevelOf({ purgeProtection, retentionDays }: VaultSettings): string {
  const prefix = retentionDays < DEFAULT_RETENTION_DAYS ? "CustomizedRecoverable" : "Recoverable";
  return purgeProtection ? prefix : `${prefix}+Purgeable`;
}

export function createVault(draft: State, { name, resourceId }: { name: string; resourceId: string }): Vault {
  const vault: Vault = { name, resourceId, secrets: {}, deletedSecrets: {} };
  draft.keyVault.vaults[name.toLowerCase()] = vault;
  return vault;
}

/** Puts a vault, with all that it holds, where it can be recovered from until its retention is over. */
export function softDeleteVault(draft: State, vaultName: string, resource: ArmResource, nowMs: number): void {
  const key = vaultName.toLowerCase();
  const vault = draft.keyVault.vaults[key];
  if (vault === undefined) return;
  const deletedDate = secondsOf(nowMs);
  draft.keyVault.deletedVaults[key] = {
    vault,
    resource,
    deletedDate,
    scheduledPurgeDate: deletedDate + settingsOf(resource).retentionDays * DAY_SECONDS,
  };
  delete draft.keyVault.vaults[key];
}

/** The vault that holds this name after its deletion, unless its retention is over by now. */
export function deletedVaultNamed(state: State, vaultName: string, nowMs: number): DeletedVault | undefined {
  const deleted = state.keyVault.deletedVaults[vaultName.toLowerCase()];
  return deleted !== undefined && deleted.scheduledPurgeDate > secondsOf(nowMs) ? deleted : undefined;
}

export function recoverVault(draft: State, vaultName: string): Vault {
  const key = vaultName.toLowerCase();
  const deleted = draft.keyVault.deletedVaults[key];
  if (deleted === undefined) throw vaultNotFound(vaultName);
  draft.keyVault.vaults[key] = deleted.vault;
  delete draft.keyVault.deletedVaults[key];
  return deleted.vault;
}

/** Forgets for good every vault and every secret whose retention is over. */
export function purgeWhatIsDue(draft: State, nowMs: number): void {
  const now = secondsOf(nowMs);
  forgetDue(draft.keyVault.deletedVaults, now);
  for (const vault of Object.values(draft.keyVault.vaults)) forgetDue(vault.deletedSecrets, now);
}

function forgetDue(deleted: Record<string, { scheduledPurgeDate: number }>, now: number): void {
  for (const [key, { scheduledPurgeDate }] of Object.entries(deleted)) {
    if (scheduledPurgeDate <= now) delete deleted[key];
  }
}
