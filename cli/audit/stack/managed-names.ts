import { parseSecretDisplayName } from "../../../infra/credential/secret-name.ts";
import type { ManagedCredential } from "../model.ts";

/** The tag of a published secret that names its key in Entra (`infra/rotation/published.ts`). */
export const KEY_ID_TAG = "keyId";

/**
 * What a secret's name in Entra says about its origin: a secret that a stack made for `credential`, one that it
 * made and still works on, or (undefined) something else.
 */
export function managedName(name: string, credential: ManagedCredential): "made" | "pending" | undefined {
  const parsed = parseSecretDisplayName(name);
  if (parsed?.credential !== credential.name) return undefined;
  return parsed.generation === credential.pendingGeneration ? "pending" : "made";
}
