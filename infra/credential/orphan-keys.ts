import { parseSecretDisplayName } from "./secret-name.ts";

/**
 * The keys of an application that an update of ours made and lost: they carry our description for this
 * credential of this stack, and the stack knows nothing of them. Keys made by hand are never among them.
 * @param known the ids of the keys that the stack knows, those waiting for their deletion included.
 */
export function orphanKeys<Key extends { keyId: string; displayName?: string | null | undefined }>(
  keys: readonly Key[],
  owner: { stack: string; credential: string },
  known: ReadonlySet<string>,
): Key[] {
  return keys.filter(({ keyId, displayName }) => {
    const name = parseSecretDisplayName(displayName ?? "");
    return name?.stack === owner.stack && name.credential === owner.credential && !known.has(keyId);
  });
}

/** The keys that no stack of ours made: people did, in the portal or with a tool of their own. */
export function handMadeKeys<Key extends { displayName?: string | null | undefined }>(
  keys: readonly Key[],
): Key[] {
  return keys.filter(({ displayName }) => parseSecretDisplayName(displayName ?? "") === undefined);
}
