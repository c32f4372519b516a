/**
 * A refusal by Key Vault, in its own words
 * (https://learn.microsoft.com/azure/key-vault/general/common-error-codes).
 */
export class KeyVaultError extends Error {
  override readonly name = "KeyVaultError";
  /** The HTTP status. */
  readonly status: number;
  /** E.g. `SecretNotFound`. */
  readonly code: string;
  /** `error.innererror.code`, e.g. `ObjectIsDeletedButRecoverable`. */
  readonly innerCode: string | null;

  constructor(status: number, code: string, message: string, innerCode: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.innerCode = innerCode;
  }
}

const RECOVERY_HELP =
  "If you recently deleted this secret you may be able to recover it using the correct recovery command. " +
  "For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182";

/** @param nameOrId the secret's name, or `NAME/VERSION` */
export function secretNotFound(nameOrId: string): KeyVaultError {
  return new KeyVaultError(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${nameOrId} was not found in this key vault. ${RECOVERY_HELP}`,
  );
}

export function deletedSecretNotFound(name: string): KeyVaultError {
  return new KeyVaultError(404, "SecretNotFound", `Deleted Secret not found: ${name}`);
}

export function nameHeldByDeletedSecret(name: string): KeyVaultError {
  return new KeyVaultError(
    409,
    "Conflict",
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; ` +
      "in this state, the secret can only be recovered or purged.",
    "ObjectIsDeletedButRecoverable",
  );
}

export function secretDisabled(): KeyVaultError {
  return new KeyVaultError(
    403,
    "Forbidden",
    "Operation get is not allowed on a disabled secret.",
    "SecretDisabled",
  );
}

export function purgeForbidden(): KeyVaultError {
  return new KeyVaultError(
    403,
    "Forbidden",
    'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault ' +
      "service will automatically purge it after the retention period has passed.",
    "ForbiddenByPolicy",
  );
}

export function badParameter(message: string): KeyVaultError {
  return new KeyVaultError(400, "BadParameter", message);
}

export function vaultNotFound(vaultName: string): KeyVaultError {
  return new KeyVaultError(404, "VaultNotFound", `No key vault has the name '${vaultName}'.`);
}
