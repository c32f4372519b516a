import { safeLongText } from "../safe-long-text.ts";

/**
 * The form of an Entra client secret: three characters, a digit, `Q~`, and 31 to 34 more. Not documented by Microsoft;
 * secret scanners know secrets by it.
 */
const ENTRA_SECRET = /[\w~.-]{3}\dQ~[\w~.-]{31,34}/g;
/** Three parts of base64url, of which the first two are JSON objects: a token. */
const TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g;

/**
 * What an engine or a service said, fit for a comment, an issue or a summary: harmless, and without anything in the
 * form of a secret. Pulumi hides the secrets that it knows; a message of Azure may repeat one that it does not.
 */
export function reportable(text: string): string {
  return safeLongText(text.replace(ENTRA_SECRET, "[secret]").replace(TOKEN, "[token]"));
}
