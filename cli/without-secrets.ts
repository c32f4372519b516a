/**
 * The form of an Entra client secret: three characters, a digit, `Q~`, and 31 to 34 more. Not documented by Microsoft;
 * secret scanners know secrets by it. Forms and addresses may hold it with its tilde as `%7E`.
 */
const ENTRA_SECRET = /[\w~.-]{3}\dQ(?:~|%7E)(?:[\w~.-]|%7E){31,34}/gi;
/** Three parts of base64url, of which the first two are JSON objects: a token. */
const TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g;

/**
 * `text` without anything in the form of a secret. Pulumi hides the secrets that it knows; a message of Azure may repeat
 * one that it does not.
 */
export function withoutSecrets(text: string): string {
  return text.replace(ENTRA_SECRET, "[secret]").replace(TOKEN, "[token]");
}
