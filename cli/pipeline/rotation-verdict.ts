import type { PlanReport } from "../../infra/plan-report.ts";
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

const DOES: Readonly<Record<string, string>> = {
  rotate: "rotated",
  rollback: "rolled back",
  retire: "previous secret deleted",
};

/** What an update is about to do, in words: `mailman: rotated, to generation 3`. */
export function intentionsOf(plans: readonly PlanReport[]): string[] {
  return plans.flatMap(({ name, action, publish, reason, stopped }) => {
    if (stopped !== undefined) return [`${name}: left as it is: ${stopped}`];
    const does = DOES[action];
    if (does === undefined) return [];
    return [
      `${name}: ${does}${publish === undefined ? "" : `, to generation ${publish.generation}`} (${reason})`,
    ];
  });
}
