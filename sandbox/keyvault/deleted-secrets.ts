import type { Draft } from "immer";
import type { State } from "../state.ts";
import { badParameter, deletedSecretNotFound, KeyVaultError, purgeForbidden } from "./errors.ts";
import { SECRET_LIMITS } from "./secret-limits.ts";
import { byName, secretIn } from "./secrets.ts";
import type { DeletedSecret, Secret, Vault } from "./state.ts";
import { secondsOf, settingsOfVault, vaultNamed } from "./vaults.ts";

const DAY_SECONDS = 24 * 60 * 60;

export interface SecretName {
  vaultName: string;
  secretName: string;
}

/**
 * Soft-deletes a secret with all its versions: from now on its name is taken, but nobody can read it.
 * @throws KeyVaultError 404 no such vault or secret.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/delete-secret/delete-secret
 */
export function deleteSecret(
  draft: Draft<State>,
  { vaultName, secretName }: SecretName,
  nowMs: number,
): DeletedSecret {
  const vault = vaultNamed(draft, vaultName);
  const secret = secretIn(vault, secretName);
  const deletedDate = secondsOf(nowMs);
  const deleted: DeletedSecret = {
    ...secret,
    deletedDate,
    scheduledPurgeDate: deletedDate + settingsOfVault(draft, vault).retentionDays * DAY_SECONDS,
  };
  const key = secretName.toLowerCase();
  vault.deletedSecrets[key] = deleted;
  delete vault.secrets[key];
  return deleted;
}

/** @throws KeyVaultError 404, when no soft-deleted secret has this name (any more). */
export function getDeletedSecret(
  state: State,
  { vaultName, secretName }: SecretName,
  nowMs: number,
): DeletedSecret {
  return deletedSecretIn(vaultNamed(state, vaultName), secretName, nowMs);
}

export function listDeletedSecrets(state: State, vaultName: string, nowMs: number): DeletedSecret[] {
  const now = secondsOf(nowMs);
  const deleted = Object.values(vaultNamed(state, vaultName).deletedSecrets);
  return byName(deleted.filter(({ scheduledPurgeDate }) => scheduledPurgeDate > now));
}

/**
 * Brings a soft-deleted secret back with all its versions.
 * @throws KeyVaultError 404 no soft-deleted secret of that name.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/recover-deleted-secret/recover-deleted-secret
 */
export function recoverDeletedSecret(
  draft: Draft<State>,
  { vaultName, secretName }: SecretName,
  nowMs: number,
): Secret {
  const vault = vaultNamed(draft, vaultName);
  const { name, versions } = deletedSecretIn(vault, secretName, nowMs);
  const key = secretName.toLowerCase();
  const secret: Secret = { name, versions };
  vault.secrets[key] = secret;
  delete vault.deletedSecrets[key];
  return secret;
}

/**
 * Forgets a soft-deleted secret at once.
 * @throws KeyVaultError 404 no soft-deleted secret of that name; 403 the vault has purge protection.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/purge-deleted-secret/purge-deleted-secret
 */
export function purgeDeletedSecret(
  draft: Draft<State>,
  { vaultName, secretName }: SecretName,
  nowMs: number,
): void {
  const vault = vaultNamed(draft, vaultName);
  deletedSecretIn(vault, secretName, nowMs);
  if (settingsOfVault(draft, vault).purgeProtection) throw purgeForbidden();
  delete vault.deletedSecrets[secretName.toLowerCase()];
}

/**
 * All versions of a secret, for a backup.
 * @throws KeyVaultError 404 no such vault or secret; 403 more versions than a backup holds.
 * @see https://learn.microsoft.com/azure/key-vault/general/backup#limitations
 */
export function secretForBackup(state: State, { vaultName, secretName }: SecretName): Secret {
  const secret = secretIn(vaultNamed(state, vaultName), secretName);
  if (secret.versions.length > SECRET_LIMITS.versionsInBackup) {
    throw new KeyVaultError(
      403,
      "Forbidden",
      `Secret ${secret.name} has ${secret.versions.length} versions; a backup holds at most ` +
        `${SECRET_LIMITS.versionsInBackup}.`,
      "BackupTooManyVersions",
    );
  }
  return secret;
}

/**
 * Puts a backed-up secret, with its versions, into a vault.
 * @throws KeyVaultError 404 no such vault; 400 no version in it; 409 the name is taken, be it by a soft-deleted one.
 */
export function restoreSecret(draft: Draft<State>, vaultName: string, backup: Secret, nowMs: number): Secret {
  const vault = vaultNamed(draft, vaultName);
  if (backup.versions.length === 0) throw badParameter("The backup holds no version of a secret.");
  const key = backup.name.toLowerCase();
  const held = vault.deletedSecrets[key];
  if (vault.secrets[key] !== undefined || (held && held.scheduledPurgeDate > secondsOf(nowMs))) {
    throw new KeyVaultError(409, "Conflict", `Secret ${backup.name} already exists in this vault.`);
  }
  delete vault.deletedSecrets[key];
  vault.secrets[key] = { name: backup.name, versions: [...backup.versions] };
  return vault.secrets[key];
}

function deletedSecretIn(vault: Vault, secretName: string, nowMs: number): DeletedSecret {
  const deleted = vault.deletedSecrets[secretName.toLowerCase()];
  if (deleted === undefined || deleted.scheduledPurgeDate <= secondsOf(nowMs)) {
    throw deletedSecretNotFound(secretName);
  }
  return deleted;
}
