import { formatInstant } from "../instant.ts";
import { heldUntilMs, retireAtMs } from "./dates.ts";
import type { PlanInput, Publication } from "./plan-types.ts";
import type { Published } from "./published.ts";
import type { Situation } from "./situation.ts";

/** What a person has to put right, and what is in no request's way. */

/** The hold, if it would last longer than is safe for what is published when this update is done. */
export function holdRemarks(
  { credential, hold, policy, nowMs }: PlanInput,
  published: Published | undefined,
  publish: Publication | undefined,
): string[] {
  if (hold === undefined || nowMs >= hold.untilMs) return [];
  const term = publish === undefined ? published : { current: publish.secret, overlapMs: publish.overlapMs };
  if (term === undefined) return [];
  const safeMs = heldUntilMs(hold, term, policy);
  if (safeMs === hold.untilMs) return [];
  return [
    `${credential} cannot be held until ${formatInstant(hold.untilMs)}, past the safe date ${formatInstant(safeMs)}: ` +
      `its secret expires on ${formatInstant(term.current.expiresAtMs)}. Hold until an earlier date, or set pastSafeDate to take the risk.`,
  ];
}

/** What is said of two clocks that differ, if it keeps something from being done. */
export function clockRemarks({ published, previous, isClockAhead, ...rest }: Situation): string[] {
  const { credential, nowMs, witnessMs = nowMs, publishedAtMs } = rest;
  const untilMs = retireAtMs(published, publishedAtMs);
  if (!isClockAhead || previous === undefined || untilMs === undefined || nowMs < untilMs) return [];
  return [
    `generation ${previous.generation} of ${credential} is not deleted: its overlap is over by the directory's clock (${formatInstant(nowMs)}), ` +
      `but not by the vault's and this machine's (${formatInstant(witnessMs)}). Put right whichever is wrong (docs/runbooks/wrong-clock.md).`,
  ];
}
