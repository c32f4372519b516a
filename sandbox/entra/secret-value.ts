import { createHash } from "node:crypto";
import { integerBetween, type Randomness } from "../randomness.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

/** A client secret as Entra makes them: 40 characters with `8Q~` after the first three. */
export function generateSecretValue(randomness: Randomness): string {
  const some = (length: number) =>
    Array.from({ length }, () => ALPHABET[integerBetween(randomness, 0, ALPHABET.length - 1)]).join("");
  return `${some(3)}8Q~${some(34)}`;
}

/** What is kept of a secret, a code or a refresh token: enough to recognise it, too little to use it. */
export function hashOfSecret(value: string): string {
  return createHash("sha256").update(value, "utf8").digest("hex");
}
