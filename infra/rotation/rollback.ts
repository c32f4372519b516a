import { formatDuration } from "../duration.ts";
import { formatInstant } from "../instant.ts";
import { overlapOf, PUBLICATION_MARGIN_MS } from "./dates.ts";
import type { Memory } from "./memory.ts";
import { type Plan, plannedOf } from "./plan-types.ts";
import { type Policy, REPLACEMENT_SLACK_MS } from "./policy.ts";
import type { SecretRecord } from "./published.ts";
import type { Situation } from "./situation.ts";

/**
 * Publishing the previous secret again. The one published until now becomes the previous one and keeps its slot
 * for as long as its holders are promised; then the next new secret takes that slot, early enough for the overlap
 * of those who read the secret that was rolled back to.
 */

/** Why a requested rollback cannot be; undefined if it can. */
export function rollbackRefusal(situation: Situation): string | undefined {
  const { published, previous, policy, memory, nowMs } = situation;
  const { credential } = published;
  if (previous === undefined) {
    return `${credential} cannot be rolled back: there is no previous secret any more. Rotate instead.`;
  }
  const to = `${credential} cannot be rolled back to generation ${previous.generation}`;
  if (isRejected(previous, memory)) return `${to}: Entra refuses that too. Rotate instead.`;
  const promisedMs = overlapOf(published, policy);
  if (sparePromiseMs(previous, policy, nowMs) >= promisedMs) return undefined;
  const neededMs = promisedMs + PUBLICATION_MARGIN_MS + policy.overlapMs + REPLACEMENT_SLACK_MS;
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
export function repairPromiseMs({
  published,
  previous,
  policy,
  memory,
  nowMs,
}: Situation): number | undefined {
  if (previous === undefined || isRejected(previous, memory)) return undefined;
  const spareMs = sparePromiseMs(previous, policy, nowMs);
  return spareMs < 0 ? undefined : Math.min(spareMs, overlapOf(published, policy));
}

function isRejected({ generation }: SecretRecord, { failure }: Memory): boolean {
  return failure?.kind === "rejected" && failure.generation === generation;
}

/** How long the slot beside a secret that is rolled back to can stay taken; negative if it cannot. */
function sparePromiseMs({ expiresAtMs }: SecretRecord, { overlapMs }: Policy, nowMs: number): number {
  return expiresAtMs - nowMs - PUBLICATION_MARGIN_MS - overlapMs - REPLACEMENT_SLACK_MS;
}

/** Publishes the previous secret again. */
export function planRollback(
  { published, policy, nowMs, requestsDone, refusals }: Situation,
  previous: SecretRecord,
  { promisedMs, reason, request }: { promisedMs: number; reason: string; request: string | undefined },
): Plan {
  const { current } = published;
  const retireAfterMs = nowMs + promisedMs + PUBLICATION_MARGIN_MS;
  return {
    action: "rollback",
    reason,
    refusals,
    publish: {
      secret: plannedOf(previous),
      previous: { ...current, replacedAtMs: nowMs, retireAfterMs },
      overlapMs: policy.overlapMs,
      splayDays: published.splayDays,
      // Whatever it was due for before, it is due once the slot beside it is free.
      rotateAfterMs: retireAfterMs,
      request,
    },
    current,
    slots: [current, previous].map(plannedOf),
    retiredGeneration: undefined,
    requestsDone,
    next: {
      action: "rotate",
      atMs: retireAfterMs,
      reason: "a secret that was rolled back to is replaced soon",
    },
  };
}
