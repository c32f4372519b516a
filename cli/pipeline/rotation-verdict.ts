import type { Assessment } from "./assess-stack.ts";
import type { Effect } from "./effect.ts";

/** Why something would change that does not belong to rotation. */
export type Origin =
  /** Azure is not as the last update left it. */
  | "drift"
  /** The program or its settings are not those of the last update: merged and not deployed, or an upgrade. */
  | "undeployed";

export interface ForeignEffect extends Effect {
  origin: Origin;
}

export type RotationVerdict = { apply: true } | { apply: false; foreign: ForeignEffect[] };

/**
 * The unattended rule: an update may be applied if everything that it would do belongs to rotation. Pure.
 * @param seen previewed with Azure asked what is there.
 * @param remembered previewed from the stack's own memory: what is in `seen` alone is drift. Undefined where nothing
 * foreign was seen.
 */
export function judgeRotation(
  seen: Pick<Assessment, "effects">,
  remembered: Pick<Assessment, "effects"> | undefined,
): RotationVerdict {
  if (seen.effects.length === 0) return { apply: true };
  const known = new Set((remembered?.effects ?? []).map(identityOf));
  return {
    apply: false,
    foreign: seen.effects.map((effect) => ({
      ...effect,
      origin: known.has(identityOf(effect)) ? "undeployed" : "drift",
    })),
  };
}

function identityOf({ type, name, credential, operation }: Effect): string {
  return JSON.stringify([type, name, credential, operation]);
}
