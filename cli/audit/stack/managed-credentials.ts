import { z } from "zod";
import { type CredentialOutput, credentialOutputSchema } from "../../../infra/credential-output.ts";
import { parseInstant } from "../../../infra/instant.ts";
import type { ManagedCredential, ManagedKey } from "../model.ts";
import { safeText } from "../safe-text.ts";

/** The stack outputs cannot be understood. */
export class ManagedCredentialsError extends Error {
  override readonly name = "ManagedCredentialsError";
}

/**
 * The credentials that a stack manages, from what `pulumi stack output --json` has printed.
 * @param stack what tells them from another stack's of the same names
 * @throws ManagedCredentialsError naming everything that is not as it should be.
 */
export function managedCredentials(outputs: unknown, stack: string): ManagedCredential[] {
  const parsed = z.object({ credentials: z.record(z.string(), credentialOutputSchema) }).safeParse(outputs);
  if (parsed.success) {
    return Object.entries(parsed.data.credentials).map(([name, output]) =>
      managedCredential(name, output, stack),
    );
  }
  throw new ManagedCredentialsError(
    parsed.error.issues.map(({ path, message }) => safeText(`${path.join(".")}: ${message}`)).join("; "),
  );
}

/** One credential, from its entry in the outputs. */
export function managedCredential(name: string, output: CredentialOutput, stack: string): ManagedCredential {
  const { current, previous } = output;
  const keys: ManagedKey[] = [];
  if (current !== undefined)
    keys.push({ keyId: current.keyId, role: "current", endMs: ms(current.expiresAt) });
  if (previous !== undefined) {
    keys.push({ keyId: previous.keyId, role: "previous", endMs: ms(previous.expiresAt) });
  }
  const [createdMs, expiresMs] = [ms(current?.createdAt), ms(current?.expiresAt)];
  return {
    name: safeText(name),
    stack: safeText(stack),
    clientId: output.clientId,
    applicationObjectId: output.applicationObjectId,
    keys,
    vaultUri: output.vaultUri.replace(/\/+$/, ""),
    secretName: output.secretName,
    lifetimeMs: createdMs === null || expiresMs === null ? null : expiresMs - createdMs,
    rotationMs: ms(output.nextRotationAt),
    pendingGeneration: output.failure?.generation ?? null,
  };
}

function ms(text: string | undefined): number | null {
  return text === undefined ? null : (parseInstant(text) ?? null);
}
