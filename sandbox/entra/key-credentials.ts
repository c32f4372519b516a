import { createHash, X509Certificate } from "node:crypto";
import { isoSeconds } from "../iso-time.ts";
import type { CreationContext } from "./context.ts";
import { DirectoryError } from "./errors.ts";
import type { KeyCredential } from "./state.ts";

export interface KeyCredentialBody {
  keyId?: string;
  displayName?: string | null;
  startDateTime?: string;
  endDateTime?: string;
  type?: string;
  usage?: string;
  /** The certificate, base64 DER. Absent for a credential that is there already and shall stay. */
  key?: string | null;
  customKeyIdentifier?: string | null;
}

/**
 * The list of certificates that a PATCH asks for. One without a key must be there already.
 * @throws DirectoryError when a certificate cannot be read
 * @see https://learn.microsoft.com/graph/api/resources/keycredential
 */
export function keyCredentialsOf(
  bodies: readonly KeyCredentialBody[],
  before: readonly KeyCredential[],
  { randomness }: CreationContext,
): KeyCredential[] {
  return bodies.map((body) => {
    const existing = before.find(({ keyId }) => keyId === body.keyId);
    if (body.key === undefined || body.key === null) {
      if (existing !== undefined) return existing;
      throw invalid("KeyCredentialsInvalid", "New key credential has no key.");
    }
    const certificate = certificateOf(body.key);
    return {
      keyId: body.keyId ?? randomness.uuid(),
      displayName: body.displayName ?? certificate.subject,
      startDateTime: body.startDateTime ?? isoSeconds(certificate.validFromDate.getTime()),
      endDateTime: body.endDateTime ?? isoSeconds(certificate.validToDate.getTime()),
      type: body.type ?? "AsymmetricX509Cert",
      usage: body.usage ?? "Verify",
      key: certificate.raw.toString("base64"),
      customKeyIdentifier: body.customKeyIdentifier ?? thumbprintOf(certificate),
    };
  });
}

/** The certificate of a credential, to check a signature with. */
export function certificateOf(base64: string): X509Certificate {
  const bytes = Buffer.from(base64, "base64");
  try {
    // azuread sends PEM text in base64, Graph's own documentation says DER: both are read.
    return new X509Certificate(bytes);
  } catch {
    throw invalid("KeyCredentialsInvalidKey", "The key value is not a valid certificate.");
  }
}

/** SHA-1 of the certificate, base64: what a client assertion names it by (`x5t`). */
function thumbprintOf(certificate: X509Certificate): string {
  return createHash("sha1").update(certificate.raw).digest("base64");
}

function invalid(code: string, message: string): DirectoryError {
  return new DirectoryError(400, code, message);
}
