import { CompactEncrypt, compactDecrypt, errors as joseErrors } from "jose";
import { badParameter } from "../../keyvault/errors.ts";
import type { Secret } from "../../keyvault/state.ts";
import type { FaceServices } from "../services.ts";

type Services = Pick<FaceServices, "signingKeys">;

/** Encrypts a secret so that only this sandbox can read it. */
export async function sealBackup(secret: Secret, { signingKeys }: Services): Promise<string> {
  const blob = await new CompactEncrypt(Buffer.from(JSON.stringify(secret)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(await signingKeys.derivedKey("key vault backup"));
  return Buffer.from(blob).toString("base64url");
}

/** @throws KeyVaultError 400 when the blob is not a backup from here. */
export async function openBackup(text: string, { signingKeys }: Services): Promise<Secret> {
  try {
    const blob = Buffer.from(text, "base64url").toString("latin1");
    const { plaintext } = await compactDecrypt(blob, await signingKeys.derivedKey("key vault backup"));
    return JSON.parse(Buffer.from(plaintext).toString("utf8")) as Secret;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) throw badParameter("The backup blob is malformed.");
    throw error;
  }
}
