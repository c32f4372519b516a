import type { ManagedCredential, ManagedKey } from "../model.ts";

/** What the stack manages, looked up by key and by application. */
export interface ManagedKeys {
  credentials: readonly ManagedCredential[];
  byKeyId: ReadonlyMap<string, { credential: ManagedCredential; key: ManagedKey }>;
  byApplication: ReadonlyMap<string, ManagedCredential[]>;
}

export function managedKeys(credentials: readonly ManagedCredential[]): ManagedKeys {
  const byKeyId = new Map<string, { credential: ManagedCredential; key: ManagedKey }>();
  const byApplication = new Map<string, ManagedCredential[]>();
  for (const credential of credentials) {
    for (const key of credential.keys) byKeyId.set(key.keyId.toLowerCase(), { credential, key });
    const id = credential.applicationObjectId.toLowerCase();
    byApplication.set(id, [...(byApplication.get(id) ?? []), credential]);
  }
  return { credentials, byKeyId, byApplication };
}
