import type { ArmResource } from "../arm/state.ts";

/** What the vaults hold. Control-plane properties of a vault live with the ARM resources. */
export interface KeyVaultState {
  /** By vault name, lower case. */
  vaults: Record<string, Vault>;
  /** Soft-deleted vaults, by name, lower case. */
  deletedVaults: Record<string, DeletedVault>;
}

export interface Vault {
  name: string;
  /** The ARM resource id. */
  resourceId: string;
  /** By secret name, lower case. */
  secrets: Record<string, Secret>;
  /** Soft-deleted secrets, by name, lower case. */
  deletedSecrets: Record<string, DeletedSecret>;
}

export interface DeletedVault {
  vault: Vault;
  /** The control plane's side of the vault at its deletion. */
  resource: ArmResource;
  /** Seconds since 1970. */
  deletedDate: number;
  scheduledPurgeDate: number;
}

export interface Secret {
  name: string;
  /** Oldest first; the last one is current. */
  versions: SecretVersion[];
}

export interface DeletedSecret extends Secret {
  /** Seconds since 1970. */
  deletedDate: number;
  scheduledPurgeDate: number;
}

export interface SecretVersion {
  /** 32 hexadecimal characters. */
  version: string;
  value: string;
  contentType: string | null;
  enabled: boolean;
  /** Seconds since 1970, as the Key Vault REST API has them. */
  created: number;
  updated: number;
  notBefore: number | null;
  expires: number | null;
  tags: Record<string, string>;
}

export function initialKeyVaultState(): KeyVaultState {
  return { vaults: {}, deletedVaults: {} };
}
