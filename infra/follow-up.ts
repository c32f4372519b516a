import type { CredentialOutput } from "./credential-output.ts";
import { parseInstant } from "./instant.ts";
import { MIN_OVERLAP_MS } from "./rotation/policy.ts";

/**
 * Whether the next update has something to do at once: a repair takes one update to find that a secret is
 * broken and one to replace it; a revocation one to rotate and one to delete.
 */
export function leadsToAnother(credentials: Record<string, CredentialOutput>): boolean {
  return Object.values(credentials).some(
    ({ broken, previous, current, failure }) =>
      (broken?.kind === "rejected" && failure === undefined) ||
      // A revoked secret is promised to nobody: it goes at once.
      (previous !== undefined && current !== undefined && isRevoked(previous.retireAfter, current.createdAt)),
  );
}

/** Any other previous secret is kept for the overlap, which is longer than the day that this allows. */
function isRevoked(retireAfter: string, successorCreatedAt: string): boolean {
  return (parseInstant(retireAfter) ?? 0) - (parseInstant(successorCreatedAt) ?? 0) < MIN_OVERLAP_MS;
}
