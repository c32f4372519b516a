import type { KeyCredential, PasswordCredential } from "../../../entra/state.ts";

/**
 * A secret as Graph shows it.
 * @param secretText only in the answer to `addPassword`
 * @see https://learn.microsoft.com/graph/api/resources/passwordcredential
 */
export function passwordCredentialJson(
  { displayName, endDateTime, hint, keyId, startDateTime }: PasswordCredential,
  secretText: string | null = null,
): object {
  return { customKeyIdentifier: null, displayName, endDateTime, hint, keyId, secretText, startDateTime };
}

/**
 * A certificate as Graph shows it; its bytes only when they are asked for by `$select`.
 * @see https://learn.microsoft.com/graph/api/resources/keycredential
 */
export function keyCredentialJson(credential: KeyCredential, { withKeys }: { withKeys: boolean }): object {
  return { ...credential, key: withKeys ? credential.key : null };
}
