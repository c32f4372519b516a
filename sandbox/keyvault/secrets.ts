import type { Draft } from "immer";
import type { CreationContext } from "../entra/context.ts";
import type { State } from "../state.ts";
import { nameHeldByDeletedSecret, secretDisabled, secretNotFound } from "./errors.ts";
import { requireSecretName, requireStorable } from "./secret-limits.ts";
import type { Secret, SecretVersion, Vault } from "./state.ts";
import { secondsOf, vaultNamed } from "./vaults.ts";

export interface SetSecretArgs {
  vaultName: string;
  secretName: string;
  value: string;
  contentType?: string | null;
  /** True, if not given. */
  enabled?: boolean;
  /** Seconds since 1970. */
  notBefore?: number | null;
  expires?: number | null;
  tags?: Record<string, string>;
}

/**
 * Adds a version to a secret, also when the value is the current one's, and makes the secret if there is none.
 * @throws KeyVaultError 404 no vault; 400 a name or field that Key Vault does not store; 409 the name of a
 * soft-deleted secret.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret
 */
export function setSecret(
  draft: Draft<State>,
  { vaultName, secretName, ...fields }: SetSecretArgs,
  { nowMs, randomness }: CreationContext,
): SecretVersion {
  const vault = vaultNamed(draft, vaultName);
  requireSecretName(secretName);
  requireStorable(fields);
  const key = secretName.toLowerCase();
  const now = secondsOf(nowMs);
  const deleted = vault.deletedSecrets[key];
  if (deleted !== undefined && deleted.scheduledPurgeDate > now) throw nameHeldByDeletedSecret(secretName);
  delete vault.deletedSecrets[key];

  const version: SecretVersion = {
    version: Buffer.from(randomness.bytes(16)).toString("hex"),
    value: fields.value,
    contentType: fields.contentType ?? null,
    enabled: fields.enabled ?? true,
    created: now,
    updated: now,
    notBefore: fields.notBefore ?? null,
    expires: fields.expires ?? null,
    tags: { ...fields.tags },
  };
  vault.secrets[key] ??= { name: secretName, versions: [] };
  vault.secrets[key].versions.push(version);
  return version;
}

export interface SecretReference {
  vaultName: string;
  secretName: string;
  /** The current one, if not given. */
  version?: string;
}

/**
 * One version of a secret, its value included. An expired one, or one not valid yet, is served like any other.
 * @throws KeyVaultError 404 no such vault, secret or version; 403 the version is disabled.
 * @see https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#date-time-controlled-operations
 */
export function getSecret(state: State, reference: SecretReference): SecretVersion {
  const version = secretVersion(state, reference);
  if (!version.enabled) throw secretDisabled();
  return version;
}

/**
 * As `getSecret`, for its properties only: a disabled version has those too.
 * @throws KeyVaultError 404 no such vault, secret or version.
 */
export function secretVersion(
  state: State,
  { vaultName, secretName, version }: SecretReference,
): SecretVersion {
  const secret = secretIn(vaultNamed(state, vaultName), secretName);
  const found = version
    ? secret.versions.find((candidate) => candidate.version === version.toLowerCase())
    : secret.versions.at(-1);
  if (found === undefined) throw secretNotFound(`${secretName}/${version}`);
  return found;
}

export interface ListedSecret {
  name: string;
  /** Its properties are listed; its value is not for a list. */
  version: SecretVersion;
}

/** Every secret's current version, by name. */
export function listSecrets(state: State, vaultName: string): ListedSecret[] {
  return byName(Object.values(vaultNamed(state, vaultName).secrets)).flatMap(currentOf);
}

/**
 * Every version of a secret, by version id, which is the order of Key Vault: not that of their creation.
 * @throws KeyVaultError 404 no such vault or secret.
 */
export function listSecretVersions(
  state: State,
  { vaultName, secretName }: { vaultName: string; secretName: string },
): ListedSecret[] {
  const { name, versions } = secretIn(vaultNamed(state, vaultName), secretName);
  return versions
    .map((version) => ({ name, version }))
    .sort((a, b) => (a.version.version < b.version.version ? -1 : 1));
}

export interface UpdateSecretArgs extends SecretReference {
  contentType?: string | null;
  enabled?: boolean;
  notBefore?: number | null;
  expires?: number | null;
  tags?: Record<string, string>;
}

/**
 * Changes a version's attributes; what is not given stays. The value of a version never changes.
 * @throws KeyVaultError 404 no such vault, secret or version; 400 a field that Key Vault does not store.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret/update-secret
 */
export function updateSecret(draft: Draft<State>, args: UpdateSecretArgs, nowMs: number): SecretVersion {
  const { vaultName, secretName, version: wanted, ...fields } = args;
  const version = secretVersion(draft, args);
  requireStorable({
    notBefore: version.notBefore,
    expires: version.expires,
    ...fields,
  });
  if (fields.contentType !== undefined) version.contentType = fields.contentType;
  if (fields.enabled !== undefined) version.enabled = fields.enabled;
  if (fields.notBefore !== undefined) version.notBefore = fields.notBefore;
  if (fields.expires !== undefined) version.expires = fields.expires;
  if (fields.tags !== undefined) version.tags = { ...fields.tags };
  version.updated = secondsOf(nowMs);
  return version;
}

/** @throws KeyVaultError 404, when the vault holds no secret of that name, or only a soft-deleted one. */
export function secretIn(vault: Vault, secretName: string): Secret {
  const secret = vault.secrets[secretName.toLowerCase()];
  if (secret === undefined) throw secretNotFound(secretName);
  return secret;
}

export function byName<T extends { name: string }>(secrets: T[]): T[] {
  return [...secrets].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

function currentOf({ name, versions }: Secret): ListedSecret[] {
  const version = versions.at(-1);
  return version === undefined ? [] : [{ name, version }];
}
