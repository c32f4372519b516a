import type { CredentialSettings, Settings } from "../settings/schema.ts";

/** The vaults that publish a credential. Names are as the stack's list of vaults spells them. */
export interface Placement {
  /** The vault that its consumers are to read. */
  vault: string;
  /** The one that they read before, kept in step until the settings name it no more. */
  movedFrom: string | undefined;
}

/** What settings say of vaults. */
export type VaultSettings = Pick<Settings, "vault" | "vaults">;

/** The names of all vaults of a stack, its own first. */
export function vaultNames({ vault, vaults }: VaultSettings): [string, ...string[]] {
  return [vault.name, ...vaults.map(({ name }) => name)];
}

/** Azure tells vaults apart by their names in small letters. */
export function isSameVault(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function placementOf(
  stack: VaultSettings,
  { vault, movedFrom }: Pick<CredentialSettings, "vault" | "movedFrom">,
): Placement {
  const spelt = (name: string) => vaultNames(stack).find((known) => isSameVault(known, name)) ?? name;
  return {
    vault: vault === undefined ? stack.vault.name : spelt(vault),
    movedFrom: movedFrom === undefined ? undefined : spelt(movedFrom),
  };
}

/**
 * What is made for something in one of the vaults is named for it alone in the stack's own vault, as it was before
 * there were others, and for the vault as well in any other. No name of a credential or consumer has an `@`.
 */
export function nameIn(name: string, vault: string, stackVault: string): string {
  return isSameVault(vault, stackVault) ? name : `${name}@${vault}`;
}

/** Azure's rule for the names of vaults: 3 to 24 letters, digits and dashes (https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault). */
const IN_VAULT = /^(?<name>.+)@(?<vault>[A-Za-z][A-Za-z0-9-]{2,23})$/s;

/** What `nameIn` made a name of: the credential or component, and the vault if it is not the stack's own. */
export function partsOfName(name: string): { name: string; vault: string | undefined } {
  const { name: alone, vault } = IN_VAULT.exec(name)?.groups ?? {};
  return { name: alone ?? name, vault };
}
