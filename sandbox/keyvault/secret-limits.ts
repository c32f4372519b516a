import { badParameter } from "./errors.ts";

/** What Key Vault takes (https://learn.microsoft.com/azure/key-vault/secrets/about-secrets). */
export const SECRET_LIMITS = {
  /** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
  namePattern: /^[0-9a-zA-Z-]{1,127}$/,
  valueBytes: 25 * 1024,
  contentTypeCharacters: 255,
  tags: 15,
  tagCharacters: 256,
  /** More versions than this, and a secret can no longer be backed up. */
  versionsInBackup: 500,
} as const;

export interface SecretFields {
  value?: string;
  contentType?: string | null;
  notBefore?: number | null;
  expires?: number | null;
  tags?: Record<string, string>;
}

/** @throws KeyVaultError 400, when a name cannot be a secret's. */
export function requireSecretName(name: string): void {
  if (!SECRET_LIMITS.namePattern.test(name)) {
    throw badParameter(
      `The request URI contains an invalid name: ${name}. ` +
        "A secret's name is 1 to 127 characters, of letters, digits and hyphens.",
    );
  }
}

/** @throws KeyVaultError 400, when a field is more than Key Vault stores. */
export function requireStorable({ value, contentType, notBefore, expires, tags }: SecretFields): void {
  if (value !== undefined && Buffer.byteLength(value) > SECRET_LIMITS.valueBytes) {
    throw badParameter(
      `The secret's value is too long: at most ${SECRET_LIMITS.valueBytes} bytes are stored.`,
    );
  }
  if (contentType && contentType.length > SECRET_LIMITS.contentTypeCharacters) {
    throw badParameter(
      `The property contentType is too long: at most ${SECRET_LIMITS.contentTypeCharacters} characters.`,
    );
  }
  for (const [attribute, seconds] of [
    ["nbf", notBefore],
    ["exp", expires],
  ] as const) {
    if (seconds !== undefined && seconds !== null && !Number.isSafeInteger(seconds)) {
      throw badParameter(`Attribute ${attribute} must be a whole number of seconds since 1970.`);
    }
  }
  if (typeof notBefore === "number" && typeof expires === "number" && expires <= notBefore) {
    throw badParameter("Attribute exp must be later than attribute nbf.");
  }
  const entries = Object.entries(tags ?? {});
  if (entries.length > SECRET_LIMITS.tags) {
    throw badParameter(`A secret has at most ${SECRET_LIMITS.tags} tags; these are ${entries.length}.`);
  }
  const long = entries.find(([key, text]) => Math.max(key.length, text.length) > SECRET_LIMITS.tagCharacters);
  if (long) {
    throw badParameter(
      `Tag ${long[0].slice(0, 40)} is too long: at most ${SECRET_LIMITS.tagCharacters} characters a name or value.`,
    );
  }
}
