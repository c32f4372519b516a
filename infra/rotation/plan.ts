import { formatDuration } from "../duration.ts";
import { formatInstant } from "../instant.ts";
import { retryDelayMs } from "./backoff.ts";
import { dueAtMs, heldUntilMs, overlapOf, PUBLICATION_MARGIN_MS, retireAtMs, safeDateMs } from "./dates.ts";
import {
  type BrokenSecret,
  emptyMemory,
  type Memory,
  type VerificationFailure,
  withRequest,
} from "./memory.ts";
import {
  type Plan,
  type PlanInput,
  type PlannedSecret,
  PlanRefusal,
  type Publication,
  plannedOf,
  type Request,
} from "./plan-types.ts";
import { REPLACEMENT_SLACK_MS } from "./policy.ts";
import { otherSlot, type Published, type SecretRecord } from "./published.ts";
import { clockRemarks, holdRemarks } from "./remarks.ts";
import { planRollback, repairPromiseMs, rollbackRefusal } from "./rollback.ts";
import { type Situation, situationOf, wantedRequest } from "./situation.ts";

/**
 * The rotation plan: a pure function of policy, of what the vault publishes, of the stack's memory, of
 * requests and of the time. It decides what each slot holds; everything else only carries that out.
 */

/**
 * Decides what this update does to one credential.
 * @throws PlanRefusal if nothing safe can be done without a person.
 */
export function planRotation(input: PlanInput): Plan {
  const { published, memory } = input;
  if (published === undefined) return finished(input, planFirst(input));
  refuseLostGeneration(published, memory);
  const situation = situationOf(input, published);
  const remarks = clockRemarks(situation);
  const plan = planNext(situation);
  return finished(input, { ...plan, remarks: [...remarks, ...holdRemarks(input, published, plan.publish)] });
}

/** A plan as far as it was decided on step by step. */
type Draft = Omit<Plan, "remarks" | "requestsDoneIfPublished" | "pending">;

/** What becomes of the requests, once the plan stands. */
function finished(
  { memory: { pending, requests }, request }: PlanInput,
  plan: Draft & Pick<Plan, "remarks">,
): Plan {
  const { publish, requestsDone, refusals } = plan;
  // By what was done before this update: what another request took the place of does not come back after it.
  const isOpen =
    pending !== undefined &&
    !requestsDone.includes(pending.id) &&
    refusals.length === 0 &&
    wantedRequest({ request, memory: { ...emptyMemory, pending } }, requests)?.id === pending.id;
  return {
    ...plan,
    requestsDoneIfPublished: withRequest(requestsDone, publish?.request, request?.id),
    pending: isOpen ? pending : undefined,
  };
}

function planNext(situation: Situation): Draft {
  const { published, memory, policy, publishedAtMs, nowMs } = situation;
  const request = acceptedRequest(situation);
  const retirement = request?.action === "retire" ? request : undefined;

  if (request?.action === "revoke") {
    const reason = `revocation requested: ${request.reason}`;
    return planSuccessor(situation, { action: "revoke", reason, request: request.id });
  }
  // The engine deletes only after an update in which nothing fails: a leaked secret goes before anything is tried,
  // unless the published one cannot wait.
  const canWait = nowMs < safeDateMs(published, policy);
  if (canWait && (retirement !== undefined || isRevokedSecretLeft(situation))) {
    const kept = planKeep(situation, retirement);
    if (request === undefined || request === retirement) return kept;
    const reason = `${request.action} requested: ${request.reason}`;
    return { ...kept, next: { action: request.action, atMs: nowMs, reason } };
  }
  if (retirement !== undefined) situation.previous = undefined;
  if (request?.action === "rollback" && situation.previous !== undefined) {
    const promisedMs = overlapOf(published, policy);
    const reason = `rollback requested: ${request.reason}`;
    return planRollback(situation, situation.previous, { promisedMs, reason, request: request.id });
  }
  const broken = brokenNow(published, memory);
  if (broken !== undefined) return planRepair(situation, broken, request);
  const want = wantedRotation(situation, request);
  if (want === undefined) return planKeep(situation, retirement);
  if (situation.previous === undefined) return planSuccessor(situation, { action: "rotate", ...want });
  const freeAtMs = retireAtMs(published, publishedAtMs) ?? nowMs;
  return {
    ...planKeep(situation, undefined),
    action: "keep",
    reason: `${want.reason}; the slot is free from ${formatInstant(freeAtMs)} on, when the previous secret's overlap is over`,
    next: { action: "rotate", atMs: freeAtMs, reason: want.reason },
  };
}

/** The request, if there is one that was not carried out yet and can be. */
function acceptedRequest(situation: Situation): Request | undefined {
  const { request, requestsDone, isClockBehind, isClockAhead, previous, refusals } = situation;
  if (request === undefined || requestsDone.includes(request.id)) return undefined;
  if (request.action === "revoke") return request;
  if (request.action === "retire") {
    if (previous === undefined) situation.requestsDone = withRequest(requestsDone, request.id, request.id);
    return previous === undefined ? undefined : request;
  }
  // What is promised to the holders of a secret is counted from now: by a wrong clock it would be too little.
  if (isClockBehind || (isClockAhead && request.action === "rollback")) return undefined;
  const refusal = request.action === "rollback" ? rollbackRefusal(situation) : undefined;
  if (refusal === undefined) return request;
  refusals.push(refusal);
  return undefined;
}

/** Whether a secret that is promised to nobody has not been deleted yet. */
function isRevokedSecretLeft({ published: { previous }, memory }: Situation): boolean {
  if (previous === undefined || memory.retiredGeneration === previous.generation) return false;
  return previous.retireAfterMs <= previous.replacedAtMs;
}

function brokenNow(published: Published, { broken }: Memory): BrokenSecret | undefined {
  return broken?.kind === "rejected" && broken.generation === published.current.generation
    ? broken
    : undefined;
}

/** No secret is published: slot `a`, generation 1, unless the stack remembers otherwise. */
function planFirst(input: PlanInput): Draft & Pick<Plan, "remarks"> {
  const { memory, policy, nowMs } = input;
  const known = memory.published;
  if (known !== undefined) {
    throw new PlanRefusal(
      `the stack published generation ${known.current.generation} of ${known.credential}, but the vault has no such secret: ` +
        "it was deleted, or this is another vault. Recover the deleted secret, then update again (docs/runbooks/lost-published-secret.md).",
    );
  }
  const { failure } = memory;
  const common = {
    refusals: [],
    remarks: [],
    current: undefined,
    retiredGeneration: undefined,
    requestsDone: memory.requests,
  };
  const waitUntilMs = retryAtMs(input, undefined);
  if (waitUntilMs !== undefined) {
    return {
      ...common,
      action: "wait",
      reason: waitingReason(failure, waitUntilMs),
      publish: undefined,
      slots: [],
      next: { action: "create", atMs: waitUntilMs, reason: "the next try" },
    };
  }
  const secret: PlannedSecret = {
    slot: "a",
    generation: nextGeneration([], failure),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + policy.lifetimeMs,
  };
  const publish: Publication = {
    secret,
    previous: undefined,
    overlapMs: policy.overlapMs,
    splayDays: undefined,
    rotateAfterMs: undefined,
    // Nothing that could be asked for is left to do on a first secret.
    request: wantedRequest(input, memory.requests)?.id,
  };
  return {
    ...common,
    remarks: holdRemarks(input, undefined, publish),
    action: "create",
    reason: failure === undefined ? "first deployment" : `first deployment, tried again: ${failure.reason}`,
    publish,
    slots: [secret],
    next: {
      action: "rotate",
      atMs: secret.createdAtMs + policy.periodMs,
      reason: `every ${formatDuration(policy.periodMs)}, put off by the splay`,
    },
  };
}

/** The stack knows a generation that the vault does not: what consumers read is not what was published last. */
function refuseLostGeneration(published: Published, memory: Memory): void {
  const known = memory.published;
  if (known === undefined) return;
  const newest = Math.max(published.current.generation, published.previous?.generation ?? 0);
  if (known.current.generation > newest) {
    throw new PlanRefusal(
      `the stack published generation ${known.current.generation} of ${known.credential}, but the vault publishes generation ${published.current.generation}: ` +
        "an older version was restored. Enable the newer version again, then update again (docs/runbooks/lost-published-secret.md).",
    );
  }
}

/** What a rotation is wanted for, and the id of the request that it carries out or of the last one. */
interface Want {
  reason: string;
  request: string | undefined;
}

/** Why a rotation is wanted now, if it is. */
function wantedRotation(situation: Situation, request: Request | undefined): Want | undefined {
  const { policy, hold, published, nowMs, isClockBehind } = situation;
  if (request?.action === "rotate") {
    return { reason: `rotation requested: ${request.reason}`, request: request.id };
  }
  if (isClockBehind) return undefined;
  const dueMs = dueAtMs(published, policy);
  if (nowMs < dueMs || nowMs < heldUntilMs(hold, published, policy)) return undefined;
  const { expiresAtMs } = published.current;
  const reason =
    nowMs >= expiresAtMs
      ? `the secret expired on ${formatInstant(expiresAtMs)}`
      : `due since ${formatInstant(dueMs)}`;
  return { reason, request: request?.id ?? published.request };
}

/** Nothing is rotated; the previous secret stays as long as it was promised, or until it is asked to go. */
function planKeep(situation: Situation, retirement: Request | undefined): Draft {
  const { hold, policy, memory, published, nowMs, isClockBehind } = situation;
  const previous = retirement === undefined ? situation.previous : undefined;
  const gone = previous === undefined ? published.previous : undefined;
  const retires = gone !== undefined && memory.retiredGeneration !== gone.generation;
  const dueMs = dueAtMs(published, policy);
  const rotateAtMs = Math.max(dueMs, heldUntilMs(hold, published, policy));
  const held = hold !== undefined && nowMs >= dueMs && nowMs < rotateAtMs;
  const retireMs = retireAtMs(published, situation.publishedAtMs);
  return {
    action: retires ? "retire" : held ? "hold" : "keep",
    reason: retires
      ? retirement !== undefined
        ? `removal of the previous secret requested: ${retirement.reason}`
        : `the overlap of generation ${gone.generation} was over on ${formatInstant(retireMs ?? nowMs)}`
      : held
        ? `held until ${formatInstant(rotateAtMs)}: ${hold.reason}`
        : isClockBehind
          ? "the clock stands before the published secret was made: nothing is due"
          : `due on ${formatInstant(dueMs)}`,
    refusals: situation.refusals,
    publish: undefined,
    current: published.current,
    slots: [published.current, ...(previous === undefined ? [] : [previous])].map(plannedOf),
    retiredGeneration: gone?.generation,
    requestsDone: withRequest(situation.requestsDone, retirement?.id, situation.request?.id),
    next:
      previous !== undefined && retireMs !== undefined && retireMs < rotateAtMs
        ? { action: "retire", atMs: retireMs, reason: "the overlap is over" }
        : { action: "rotate", atMs: rotateAtMs, reason: "the period is over" },
  };
}

/** The published secret does not work: the previous one again if it can be, else a new one in its place. */
function planRepair(situation: Situation, broken: BrokenSecret, request: Request | undefined): Draft {
  const { previous, published } = situation;
  const reason = `the published secret does not work: ${broken.reason}`;
  const promisedMs = repairPromiseMs(situation);
  if (previous !== undefined && promisedMs !== undefined) {
    return planRollback(situation, previous, { promisedMs, reason, request: published.request });
  }
  return planSuccessor(situation, { action: "rotate", reason, request: request?.id ?? published.request });
}

/** A new secret in the slot that is not published. */
function planSuccessor(situation: Situation, want: Want & { action: "rotate" | "revoke" }): Draft {
  const { policy, memory, published, previous, nowMs, refusals, requestsDone } = situation;
  const { current } = published;
  const { failure } = memory;
  // Whoever revokes does not wait: each further hour is the thief's.
  const waitUntilMs = want.action === "revoke" ? undefined : retryAtMs(situation, current);
  if (waitUntilMs !== undefined) {
    return {
      action: "wait",
      reason: waitingReason(failure, waitUntilMs),
      refusals,
      publish: undefined,
      current,
      slots: [current, ...(previous === undefined ? [] : [previous])].map(plannedOf),
      retiredGeneration: previous === undefined ? published.previous?.generation : undefined,
      requestsDone,
      next: { action: "rotate", atMs: waitUntilMs, reason: "the next try" },
    };
  }
  const secret: PlannedSecret = {
    slot: otherSlot(current.slot),
    generation: nextGeneration([current.generation, published.previous?.generation ?? 0], failure),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + policy.lifetimeMs,
  };
  const promisedMs = want.action === "revoke" ? 0 : overlapOf(published, policy) + PUBLICATION_MARGIN_MS;
  // A policy with a much shorter lifetime: the slot has to be free again before the new secret is too old.
  const slotNeededAtMs = secret.expiresAtMs - policy.overlapMs - REPLACEMENT_SLACK_MS;
  const retireAfterMs = Math.min(nowMs + promisedMs, Math.max(nowMs, slotNeededAtMs));
  return {
    action: want.action,
    reason: want.reason,
    refusals,
    publish: {
      secret,
      previous: { ...current, replacedAtMs: nowMs, retireAfterMs },
      overlapMs: policy.overlapMs,
      splayDays: undefined,
      rotateAfterMs: undefined,
      request: want.request,
    },
    current,
    slots: [plannedOf(current), secret],
    retiredGeneration: published.previous?.generation,
    requestsDone,
    next: {
      action: "retire",
      atMs: Math.min(retireAfterMs, Math.max(nowMs, current.expiresAtMs)),
      reason:
        want.action === "revoke" ? "a revoked secret is deleted by the next update" : "the overlap is over",
    },
  };
}

function waitingReason(failure: VerificationFailure | undefined, untilMs: number): string {
  const tries = failure?.attempts === 1 ? "once" : `${failure?.attempts} times`;
  return `verification of generation ${failure?.generation} failed ${tries}: ${failure?.reason}; tried again from ${formatInstant(untilMs)} on`;
}

/** Until when a failed verification makes us wait; undefined if not at all. */
function retryAtMs(
  { nowMs, settings, memory: { failure } }: PlanInput,
  current: SecretRecord | undefined,
): number | undefined {
  if (failure === undefined || !isSameSettings(failure.settings, settings)) return undefined;
  // A try in the future was made by a wrong clock: waiting for it could take years.
  if (nowMs < failure.lastAttemptAtMs) return undefined;
  const remainingMs = current === undefined ? undefined : current.expiresAtMs - failure.lastAttemptAtMs;
  const untilMs = failure.lastAttemptAtMs + retryDelayMs(failure.attempts, remainingMs);
  return nowMs < untilMs ? untilMs : undefined;
}

/** A failure that an earlier version remembered has no tenant in its digest. */
function isSameSettings(before: string, now: string): boolean {
  return before === now || (!before.includes("/") && now.startsWith(`${before}/`));
}

/** A generation is used once: one that Entra refused is never tried again. */
function nextGeneration(known: number[], failure: VerificationFailure | undefined): number {
  const after = Math.max(0, ...known) + 1;
  if (failure === undefined) return after;
  return Math.max(after, failure.kind === "rejected" ? failure.generation + 1 : failure.generation);
}
