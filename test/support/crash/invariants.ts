import { parseSecretDisplayName } from "../../../infra/credential/secret-name.ts";
import type { CredentialOutput } from "../../../infra/credential-output.ts";
import { hashOfSecret } from "../../../sandbox/entra/secret-value.ts";
import type { PasswordCredential } from "../../../sandbox/entra/state.ts";
import type { State } from "../../../sandbox/state.ts";
import { MADE_BY_HAND } from "./phases.ts";
import type { Checkpoint } from "./world.ts";

/** What must hold at any moment, whatever has died: empty if all of it does. */
export function brokenInvariants(state: State): string[] {
  const { entra, clock } = state;
  const broken: string[] = [];
  for (const { name, value, tags } of publishedVersions(state)) {
    const owner = Object.values(entra.applications).find(({ appId }) => appId === tags.clientId);
    const key = owner?.passwordCredentials.find(({ keyId }) => keyId === tags.keyId);
    if (key === undefined) broken.push(`${name}: the published key ${tags.keyId} is not in Entra`);
    else if (key.secretHash !== hashOfSecret(value))
      broken.push(`${name}: the published value is another key's`);
    else if (Date.parse(key.endDateTime) <= clock.nowMs)
      broken.push(`${name}: the published key has expired`);
  }
  return broken;
}

/** The newest version of each published secret. */
function publishedVersions({ keyVault }: State) {
  return Object.values(keyVault.vaults).flatMap(({ secrets }) =>
    Object.values(secrets).flatMap(({ name, versions }) => {
      const current = versions.at(-1);
      return current === undefined ? [] : [{ name, value: current.value, tags: current.tags }];
    }),
  );
}

/** The ids of the keys that consumers hold who have just read the vault. */
export function publishedKeyIds(state: State): string[] {
  return publishedVersions(state).map(({ tags }) => String(tags.keyId));
}

export function keysIn({ entra }: State): PasswordCredential[] {
  return Object.values(entra.applications).flatMap(({ passwordCredentials }) => passwordCredentials);
}

/** Keys that Keyturn made. */
export function ownKeyIds(state: State): string[] {
  return keysIn(state)
    .filter(({ displayName }) => parseSecretDisplayName(displayName ?? "") !== undefined)
    .map(({ keyId }) => keyId);
}

/** Keys that people made. */
export function handMadeKeyIds(state: State): string[] {
  return keysIn(state)
    .filter(({ displayName }) => displayName === MADE_BY_HAND)
    .map(({ keyId }) => keyId);
}

/** The passwords that a stack knows. */
export function knownKeyIds({ resources = [] }: Checkpoint): string[] {
  return resources.flatMap(({ type, outputs }) =>
    type === "azuread:index/applicationPassword:ApplicationPassword" ? [String(outputs?.keyId)] : [],
  );
}

/** What must hold once an update has gone through: no leftovers anywhere. Empty if there are none. */
export function leftovers(
  { entra }: State,
  checkpoint: Checkpoint,
  credentials: Readonly<Record<string, CredentialOutput>>,
): string[] {
  const found: string[] = [];
  const known = new Set(
    Object.values(credentials).flatMap(({ current, previous }) => [current?.keyId, previous?.keyId]),
  );
  const managed = new Set(Object.values(credentials).map(({ applicationObjectId }) => applicationObjectId));
  for (const application of Object.values(entra.applications)) {
    for (const { keyId, displayName } of application.passwordCredentials) {
      const ours = parseSecretDisplayName(displayName ?? "") !== undefined;
      if (ours && !known.has(keyId)) found.push(`orphan key ${displayName} ${keyId}`);
    }
    const tags = application.properties.tags;
    const marked = Array.isArray(tags) && tags.some((tag) => String(tag).startsWith("keyturn:"));
    if (marked && !managed.has(application.id)) found.push(`orphan application ${application.displayName}`);
  }
  const pending = checkpoint.pending_operations ?? [];
  if (pending.length > 0) found.push(`${pending.length} pending operations`);
  return found;
}
