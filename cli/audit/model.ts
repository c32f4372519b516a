/** A client secret or a certificate of a directory entity: what may be known about it, never its value. */
export interface Credential {
  type: "secret" | "certificate";
  keyId: string;
  /** As people named it; safe to show. */
  name: string | null;
  startMs: number | null;
  /** Null: Entra gives none, or nothing that is a moment. */
  endMs: number | null;
}

/** When a key begins and ends to be valid. Null: nothing says so. */
export type KeyDates = Pick<Credential, "startMs" | "endMs">;

/** An application or a service principal, reduced to what the audit judges by. Texts are safe to show. */
export interface DirectoryEntity {
  type: "application" | "servicePrincipal";
  objectId: string;
  /** The client id. */
  appId: string;
  name: string;
  createdMs: number | null;
  /** Nobody can sign in with it, whatever its credentials say. */
  disabled: boolean;
  /** Only this tenant can use it: disabling it here stops it everywhere. */
  singleTenant: boolean;
  credentials: Credential[];
}

/** One secret of a vault, as its list of properties tells: never the value. */
export interface VaultSecret {
  /** `https://NAME.vault.azure.net`, without a slash at the end. */
  vaultUri: string;
  name: string;
  enabled: boolean;
  /** From when on readers are to use it. */
  notBeforeMs: number | null;
  expiresMs: number | null;
  /** The secret belongs to a Key Vault certificate, which brings its own dates. */
  ofCertificate: boolean;
  /** The Entra key whose value it holds, from its tags. */
  keyId: string | null;
}

/** A key that the stack made for a managed credential. */
export interface ManagedKey {
  keyId: string;
  role: "current" | "previous";
  endMs: number | null;
}

/** A credential that a stack manages, as its outputs tell. */
export interface ManagedCredential {
  /** Unique in its stack only. */
  name: string;
  /** The stack as it was named to the audit, or the file that its outputs came from. Safe to show. */
  stack: string;
  clientId: string;
  applicationObjectId: string;
  keys: ManagedKey[];
  vaultUri: string;
  secretName: string;
  /** How long its secrets live by its own policy; overrules the audit's `--max-lifetime`. */
  lifetimeMs: number | null;
  /** When the next rotation is due. */
  rotationMs: number | null;
  /** A secret of this generation was made and not published yet, because it did not pass verification. */
  pendingGeneration: number | null;
}

/** Something that the audit could not look at. */
export interface Gap {
  /** What was not read, e.g. `applications`, `vault https://x.vault.azure.net`. */
  what: string;
  /** Why, and which right would help. */
  why: string;
  /** A gap in what every audit needs, and not just in an extra: the audit is then incomplete. */
  essential: boolean;
  /** A right is missing. */
  refused: boolean;
}
