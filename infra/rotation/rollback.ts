import { DAY_MS, formatDuration } from "../duration.ts";
import { formatInstant } from "../instant.ts";
import { overlapOf, PUBLICATION_MARGIN_MS, retireAtMs } from "./dates.ts";
import type { Memory } from "./memory.ts";
import { type Plan, plannedOf } from "./plan-types.ts";
import { REPLACEMENT_SLACK_MS } from "./policy.ts";
import type { SecretRecord } from "./published.ts";
import type { Situation } from "./situation.ts";

/**
 * Publishing the previous secret again. The one published until now becomes the previous one and keeps its slot
 * for as long as its holders are promised; then the next new secret takes that slot, early enough for the overlap
 * of those who read the secret that was rolled back to.
 */

/** Why a requested rollback cannot be; undefined if it can. */
export function rollbackRefusal(situation: Situation): string | undefined {
  const { published, previous, policy, memory, sureMs: nowMs } = situation;
  const { credential } = published;
  if (previous === undefined) {
    return `${credential} cannot be rolled back: there is no previous secret any more. Rotate instead.`;
  }
  const to = `${credential} cannot be rolled back to generation ${previous.generation}`;
  if (isRejected(previous, memory)) return `${to}: Entra refuses that too. Rotate instead.`;
  const promisedMs = overlapOf(published, policy);
  const spareMs = sparePromiseMs(situation, previous);
  if (spareMs >= promisedMs) return undefined;
  const neededMs = previous.expiresAtMs - nowMs - spareMs + promisedMs;
  return (
    `${to}: it expires on ${formatInstant(previous.expiresAtMs)}, ` +
    `and a rollback needs ${formatDuration(neededMs)} of life. Rotate instead.`
  );
}

/**
 * How long the holders of a published secret that does not work can be promised that it stays, if the previous one
 * takes its place: the overlap, for Entra may have been wrong about it, or as much of it as the previous one lives
 * long enough for. Undefined if the previous one cannot take its place at all.
 */
export function repairPromiseMs(situation: Situation): number | undefined {
  const { published, previous, policy, memory } = situation;
  if (previous === undefined || isRejected(previous, memory)) return undefined;
  const spareMs = sparePromiseMs(situation, previous);
  return spareMs < 0 ? undefined : Math.min(spareMs, overlapOf(published, policy));
}

function isRejected({ generation }: SecretRecord, { failure }: Memory): boolean {
  return failure?.kind === "rejected" && failure.generation === generation;
}

/** How long the slot beside a secret that is rolled back to can stay taken; negative if it cannot. */
function sparePromiseMs(situation: Situation, previous: SecretRecord): number {
  const lifeMs = previous.expiresAtMs - situation.sureMs;
  return lifeMs - PUBLICATION_MARGIN_MS - overlapAgainMs(situation) - REPLACEMENT_SLACK_MS;
}

/**
 * The overlap that a secret is published with again: its readers of the first time are still promised what they
 * were, whatever the policy says now. In whole days, as a duration that can be written down.
 */
function overlapAgainMs({ published, publishedAtMs, policy, sureMs: nowMs }: Situation): number {
  const promisedMs = (retireAtMs(published, publishedAtMs) ?? nowMs) - nowMs;
  return Math.max(policy.overlapMs, Math.ceil(promisedMs / DAY_MS) * DAY_MS);
}

/** Publishes the previous secret again. */
export function planRollback(
  situation: Situation,
  previous: SecretRecord,
  { promisedMs, reason, request }: { promisedMs: number; reason: string; request: string | undefined },
): Omit<Plan, "remarks" | "requestsDoneIfPublished" | "pending"> {
  // By a clock that is ahead, a promise that begins now would begin too late.
  const { published, sureMs: nowMs, requestsDone, refusals } = situation;
  const { current } = published;
  const retireAfterMs = nowMs + promisedMs + PUBLICATION_MARGIN_MS;
  return {
    action: "rollback",
    reason,
    refusals,
    publish: {
      secret: plannedOf(previous),
      previous: { ...current, replacedAtMs: nowMs, retireAfterMs },
      overlapMs: overlapAgainMs(situation),
      splayDays: published.splayDays,
      // Whatever it was due for before, it is due once the slot beside it is free.
      rotateAfterMs: retireAfterMs,
      request,
    },
    current,
    slots: [current, previous].map(plannedOf),
    retiredGeneration: undefined,
    requestsDone,
    next:
      current.expiresAtMs < retireAfterMs
        ? { action: "retire", atMs: Math.max(nowMs, current.expiresAtMs), reason: "it expires" }
        : {
            action: "rotate",
            atMs: retireAfterMs,
            reason: "a secret that was rolled back to is replaced soon",
          },
  };
}
