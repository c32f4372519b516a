import type { ManagedCredential, ManagedKey } from "../model.ts";

/** What the stack manages, looked up by key and by application. */
export interface ManagedKeys {
  credentials: readonly ManagedCredential[];
  byKeyId: ReadonlyMap<string, { credential: ManagedCredential; key: ManagedKey }>;
  /** By object id. */
  byApplication: ReadonlyMap<string, ManagedCredential[]>;
  /** By client id, which an application shares with its service principals. */
  byClientId: ReadonlyMap<string, ManagedCredential[]>;
}

export function managedKeys(credentials: readonly ManagedCredential[]): ManagedKeys {
  const byKeyId = new Map<string, { credential: ManagedCredential; key: ManagedKey }>();
  for (const credential of credentials) {
    for (const key of credential.keys) byKeyId.set(key.keyId.toLowerCase(), { credential, key });
  }
  return {
    credentials,
    byKeyId,
    byApplication: Map.groupBy(credentials, ({ applicationObjectId }) => applicationObjectId.toLowerCase()),
    byClientId: Map.groupBy(credentials, ({ clientId }) => clientId.toLowerCase()),
  };
}
