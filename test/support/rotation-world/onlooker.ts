import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant, parseInstant } from "../../../infra/instant.ts";
import type { PlannedCredential } from "../../../infra/plan-credentials.ts";
import { type Key, type Version, works } from "./directory.ts";
import type { Asked, Step } from "./history.ts";
import { Violation } from "./violation.ts";
import type { Onlooker, World } from "./world.ts";

/**
 * What an update may be excused for, and what it may not: judged by what was asked and what Entra answered,
 * never by what the plan says of itself.
 */

/** As long before the promise to a secret's last readers would fail, it has to be replaced, if it can be. */
const REPLACED_BEFORE_MS = 3 * DAY_MS;
/** The longest pause between two tries after a failed verification, and the time that an update takes. */
const LONGEST_PAUSE_MS = 33 * HOUR_MS;
/** How much longer than promised a secret may keep its slot: an hour, and a day for one that a dead update made. */
const SLOT_KEPT_MS = DAY_MS + 2 * HOUR_MS;

const STOOD_STILL = "an update that stood still for days";
const REPAIR = "repair";
const SHORTER_LIFETIME = "a much shorter lifetime";
/** A promise that is cut is kept as long as the successor's readers allow. */
const SHORTENED: readonly string[] = [STOOD_STILL, SHORTER_LIFETIME, REPAIR];

/** A request that has not been carried out yet: one for this update, or one that was written down. */
export function pendingRequest(
  onlooker: Onlooker,
  request: Asked | undefined,
  action: Asked["action"],
): Asked | undefined {
  return [request, onlooker.noted].find(
    (each) => each?.action === action && !onlooker.carriedOut.has(each.id),
  );
}

/** A leak that was written down is never forgotten: an update in which nothing is wrong has revoked it. */
export function checkRevoked(world: World): void {
  world.onlookers.forEach(({ noted, carriedOut }, credential) => {
    if (noted?.action !== "revoke" || carriedOut.has(noted.id)) return;
    throw new Violation(
      "5 a dead update is finished by the next",
      `${noted.id} asked to revoke credential ${credential}, and an update ended well without it`,
    );
  });
}

/** Why a key that is replaced in its slot may be lost to those who still hold it; undefined if it may not. */
export function excuseToReplace(
  world: World,
  credential: number,
  key: Key,
  request: Asked | undefined,
): string | undefined {
  const onlooker = world.onlookers[credential];
  const version = world.directory.current(credential);
  if (onlooker === undefined || version === undefined) return undefined;
  if (pendingRequest(onlooker, request, "revoke") !== undefined) return "revocation";
  if (pendingRequest(onlooker, request, "retire") !== undefined) return "retirement asked for";
  // The published secret does not work: the one before is given up only if it could not take its place.
  if (!onlooker.seenRefused.has(version.key.id)) return undefined;
  const overlapMs = Math.max(version.overlapMs, world.file[credential]?.policy.overlapMs ?? 0);
  const tooShortMs = Math.max(overlapMs, promisedMs(key, world.timeMs)) + REPLACED_BEFORE_MS + 2 * HOUR_MS;
  return onlooker.seenRefused.has(key.id) || key.expiresAtMs - world.timeMs < tooShortMs
    ? "repair"
    : undefined;
}

/** How long a secret is still promised to those who read it when it was published before, in whole days. */
function promisedMs(key: Key, nowMs: number): number {
  return key.promisedUntilMs - nowMs + DAY_MS + 2 * HOUR_MS;
}

/** Why a secret that Entra was seen to refuse may go early: what takes its place does not live long enough for both. */
export function excuseToRepair(
  world: World,
  credential: number,
  before: Version,
  successor: Key,
): string | undefined {
  if (world.onlookers[credential]?.seenRefused.has(before.key.id) !== true) return undefined;
  const overlapMs = world.file[credential]?.policy.overlapMs ?? 0;
  const againMs = Math.max(overlapMs, promisedMs(successor, world.timeMs));
  const neededMs = Math.max(before.overlapMs, overlapMs) + againMs + REPLACED_BEFORE_MS + 2 * HOUR_MS;
  return successor.expiresAtMs - world.timeMs < neededMs ? REPAIR : undefined;
}

/** Why the promise to a secret's last readers cannot be kept for the sake of its successor's; undefined if it can. */
export function excuseToShorten(
  world: World,
  before: Version,
  overlapMs: number,
  { createdAtMs, expiresAtMs }: { createdAtMs: number; expiresAtMs: number },
): string | undefined {
  const neededMs = before.overlapMs + overlapMs + REPLACED_BEFORE_MS + 2 * HOUR_MS;
  if (expiresAtMs - createdAtMs < neededMs) return SHORTER_LIFETIME;
  const slotNeededAtMs = expiresAtMs - overlapMs - DAY_MS - 2 * HOUR_MS;
  return world.timeMs + before.overlapMs > slotNeededAtMs ? STOOD_STILL : undefined;
}

/** The sixth rule for one credential: what an update that could replace a secret must have replaced. */
export function checkReplaced(
  world: World,
  credential: number,
  before: Version,
  step: Step,
  startedAtMs: number,
): void {
  const { key, overlapMs } = before;
  if (world.directory.current(credential)?.key !== key) return;
  const mustBeforeMs = key.expiresAtMs - overlapMs - REPLACED_BEFORE_MS + 1000;
  // By a wrong clock, and by an update that stood still, nothing can be made that lives as long as it should.
  if (startedAtMs < mustBeforeMs || step.sabotage !== undefined) return;
  if ((step.behindMs ?? step.aheadMs ?? step.suspendMs) !== undefined) return;
  const failedAtMs = world.onlookers[credential]?.lastFailureAtMs ?? Number.NEGATIVE_INFINITY;
  if (startedAtMs - failedAtMs < LONGEST_PAUSE_MS) return;
  const slotNeededAtMs = key.expiresAtMs - overlapMs - DAY_MS;
  // Until a version was written again, an older one may have been read: its secret keeps its slot while it can.
  const isWrittenAgain = before.atMs - (parseInstant(before.tags.createdAt ?? "") ?? 0) > DAY_MS;
  const isBlocked = world.directory
    .alive(credential)
    .some(
      (other) =>
        other !== key &&
        works(other, startedAtMs) &&
        (startedAtMs < other.promisedUntilMs + SLOT_KEPT_MS ||
          (isWrittenAgain && startedAtMs < slotNeededAtMs)) &&
        (other.aside === undefined || (SHORTENED.includes(other.aside) && startedAtMs < slotNeededAtMs)),
    );
  if (isBlocked) return;
  throw new Violation(
    "6 no published secret expires while updates run",
    `${key.displayName} expires on ${formatInstant(key.expiresAtMs)}, and the update of ${formatInstant(startedAtMs)} left it published`,
  );
}

/** The seventh rule: by a clock that stands before the published secret was made, nothing happens. */
export function checkClock(
  { plan, published }: PlannedCredential,
  nowMs: number,
  isRevoked: boolean,
  isBroken: boolean,
  madeAtMs: number | undefined,
): void {
  // By Entra's clock: the plan's own may have been ahead.
  const sinceMs = Math.min(published?.current.createdAtMs ?? nowMs, madeAtMs ?? nowMs);
  if (published === undefined || nowMs >= Math.floor(sinceMs / 1000) * 1000) return;
  const isEmergency = isBroken || isRevoked;
  if (plan.publish !== undefined && !isEmergency) {
    throw new Violation(
      "7 a clock that runs backwards rotates nothing",
      `${plan.action} by a clock that stands at ${formatInstant(nowMs)}: ${plan.reason}`,
    );
  }
}
