import { HOUR_MS } from "../duration.ts";
import { formatInstant } from "../instant.ts";
import type { PlannedSecret } from "../rotation/plan-types.ts";

/**
 * Names that living secrets are recognised by. All of them are inputs of `ApplicationPassword` or decide on its
 * trigger, so that another spelling replaces the secret: none of these may ever change.
 */

/** The description of a secret in Entra, which people see in the portal. */
export function secretDisplayName(
  stack: string,
  credential: string,
  { slot, generation }: SlotAndGeneration,
): string {
  return `keyturn/${stack}/${credential}/${slot}/${generation}`;
}

type SlotAndGeneration = Pick<PlannedSecret, "slot" | "generation">;

/** The inverse of `secretDisplayName`; undefined if `text` is none of ours. */
export function parseSecretDisplayName(
  text: string,
): { stack: string; credential: string; slot: string; generation: number } | undefined {
  const match = /^keyturn\/([^/]+)\/([^/]+)\/([ab])\/(\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, stack = "", credential = "", slot = "", generation = ""] = match;
  return { stack, credential, slot, generation: Number(generation) };
}

/**
 * The resource name of a secret's trigger. It holds the day on which the secret was made and how long it lives: an
 * update that died is finished on the same day with the secret that it had made; one found dead later, or after the
 * lifetime was changed, starts a fresh secret, since an old one would be published with too little life.
 */
export function triggerName(credential: string, secret: PlannedSecret): string {
  const { slot, generation, createdAtMs, expiresAtMs } = secret;
  const day = formatInstant(createdAtMs).slice(0, 10).replaceAll("-", "");
  const hours = Math.round((expiresAtMs - createdAtMs) / HOUR_MS);
  return `${credential}-${slot}-${generation}-${day}-${hours}h`;
}
