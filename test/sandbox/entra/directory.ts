import type { CreationContext } from "../../../sandbox/entra/context.ts";
import { initialEntraState } from "../../../sandbox/entra/initial-state.ts";
import type { EntraState } from "../../../sandbox/entra/state.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";

export const NOW_MS = Date.parse("2025-02-14T11:30:00Z");

/** A new tenant, and what its operations need. */
export function newDirectory(seed: string | number = 1): { entra: EntraState; context: CreationContext } {
  return {
    entra: initialEntraState({ tenantId: "11111111-1111-4111-8111-111111111111", nowMs: NOW_MS }),
    context: { nowMs: NOW_MS, randomness: seededRandomness(seed) },
  };
}

/** What a refusal by the directory must be. */
export const refusedWith = (status: number, message?: RegExp) => ({
  name: "DirectoryError",
  status,
  ...(message === undefined ? {} : { message }),
});
