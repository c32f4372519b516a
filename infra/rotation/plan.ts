import { formatDuration, HOUR_MS } from "../duration.ts";
import { formatInstant } from "../instant.ts";
import { retryDelayMs } from "./backoff.ts";
import type { Memory, VerificationFailure } from "./memory.ts";
import { type Policy, UPDATE_INTERVAL_MS } from "./policy.ts";
import { otherSlot, type Published, type SecretRecord, type Slot } from "./published.ts";

/**
 * The rotation plan: a pure function of policy, of what the vault publishes, of the stack's memory, of
 * requests and of the time. It decides what each slot holds; everything else only carries that out.
 */

/** Somebody asks for something out of turn. Carried out once: the id is remembered with what it led to. */
export interface Request {
  id: string;
  action: "rotate" | "revoke" | "rollback" | "retire";
  reason: string;
}

/** No rotation until a date. */
export interface Hold {
  untilMs: number;
  reason: string;
  /** Hold even past the date up to which it is safe. */
  pastSafeDate: boolean;
}

export interface PlanInput {
  policy: Policy;
  /** What the vault publishes; undefined if there is no such secret. */
  published: Published | undefined;
  memory: Memory;
  request: Request | undefined;
  hold: Hold | undefined;
  /** Digest of the credential's settings: see `VerificationFailure.settings`. */
  settings: string;
  nowMs: number;
}

export type Action =
  /** First deployment. */
  | "create"
  /** A new secret in the other slot, verified and published. */
  | "rotate"
  /** As `rotate`, and the secret before it is promised to nobody. */
  | "revoke"
  /** The previous secret is published again. */
  | "rollback"
  /** The previous secret is deleted. */
  | "retire"
  /** A new secret is wanted, but its last verification failed and the next try is later. */
  | "wait"
  /** Due or asked for, and put off by a hold. */
  | "hold"
  /** Nothing. */
  | "keep";

/** A secret that a slot holds after this update. */
export interface PlannedSecret {
  slot: Slot;
  generation: number;
  /**
   * For a secret that exists: when it was made. For a new one: now, unless an update that died has made it
   * already, in which case its own dates stand in the stack's state and count.
   */
  createdAtMs: number;
  expiresAtMs: number;
}

export interface Plan {
  action: Action;
  /** Why, in words. */
  reason: string;
  /** What is to be published; undefined leaves what is published as it is. */
  publish: Publication | undefined;
  /** What is published before this update, and stays so if verification fails. */
  current: SecretRecord | undefined;
  /** Every secret that must exist during this update, current one included. */
  slots: PlannedSecret[];
  /** The generation of the previous secret if it is gone, or goes in this update. */
  retiredGeneration: number | undefined;
  /** The id of the last request carried out without publishing anything, for the stack to remember. */
  requestDone: string | undefined;
  /** What happens next, and when. */
  next: { action: Action; atMs: number; reason: string };
}

/** What the next published version is made of. */
export interface Publication {
  secret: PlannedSecret;
  /** The secret published until now, and how long its users are promised that it works. */
  previous: (SecretRecord & { retireAfterMs: number }) | undefined;
  /** Days of splay to keep; undefined takes the credential's splay. */
  splayDays: number | undefined;
  /** When the secret was due for rotation before; undefined computes it anew. */
  rotateAfterMs: number | undefined;
  request: string | undefined;
}

/** The update must not go on: message and way out for a person. */
export class PlanRefusal extends Error {
  override readonly name = "PlanRefusal";
}

/**
 * The time between a plan and its publication: verification takes up to five minutes, a stack with hundreds
 * of credentials some more. Added to the overlap, so that who read the old secret a moment before the new
 * one was published has it for the whole overlap.
 */
export const PUBLICATION_MARGIN_MS = HOUR_MS;

/**
 * Decides what this update does to one credential.
 * @throws PlanRefusal if nothing safe can be done without a person.
 */
export function planRotation(input: PlanInput): Plan {
  const { published, memory } = input;
  if (published === undefined) return planFirst(input);
  refuseLostGeneration(published, memory);
  const nowMs = Math.max(input.nowMs, published.current.createdAtMs);
  refuseUnsafeHold(published, input);

  const previous = livePrevious(published, memory, nowMs);
  const done = [published.request, memory.request];
  const request = input.request === undefined || done.includes(input.request.id) ? undefined : input.request;
  const broken =
    memory.broken?.kind === "rejected" && memory.broken.generation === published.current.generation
      ? memory.broken
      : undefined;

  if (request?.action === "revoke") {
    return planSuccessor(input, published, previous, nowMs, {
      action: "revoke",
      reason: `revocation requested: ${request.reason}`,
      request: request.id,
    });
  }
  if (request?.action === "rollback") return planRollback(input, published, previous, nowMs, request);
  if (broken !== undefined) {
    const why = `the published secret does not work: ${broken.reason}`;
    return previous !== undefined && canRollBack(previous, input.policy, nowMs)
      ? republish(published, previous, input.policy, nowMs, published.request, memory, why)
      : planSuccessor(input, published, previous, nowMs, {
          action: "rotate",
          reason: why,
          request: published.request,
        });
  }
  const retired = request?.action === "retire" ? undefined : previous;
  const want = wantedRotation(input, published, request, nowMs);
  if (want === undefined) return planKeep(input, published, retired, nowMs, request);
  if (retired !== undefined) {
    return {
      ...planKeep(input, published, retired, nowMs, request),
      reason: `${want.reason}; the slot is free from ${formatInstant(retired.retireAfterMs)} on, when the previous secret's overlap is over`,
      next: { action: "rotate", atMs: retired.retireAfterMs, reason: want.reason },
    };
  }
  return planSuccessor(input, published, retired, nowMs, { action: "rotate", ...want });
}

/** No secret is published: slot `a`, generation 1, unless the stack remembers otherwise. */
function planFirst(input: PlanInput): Plan {
  const known = input.memory.published;
  if (known !== undefined) {
    throw new PlanRefusal(
      `the stack published generation ${known.current.generation} of ${known.credential}, but the vault has no such secret: ` +
        "it was deleted, or this is another vault. Recover the deleted secret, then update again (docs/runbooks/lost-published-secret.md).",
    );
  }
  const failure = input.memory.failure;
  const retry = retryOf(input, failure, undefined);
  const secret: PlannedSecret = {
    slot: "a",
    generation: nextGeneration([], failure),
    createdAtMs: input.nowMs,
    expiresAtMs: input.nowMs + input.policy.lifetimeMs,
  };
  if (retry.waitUntilMs !== undefined) {
    return waiting(input, retry.waitUntilMs, [], undefined, undefined);
  }
  return {
    action: "create",
    reason: failure === undefined ? "first deployment" : `first deployment, tried again: ${failure.reason}`,
    publish: {
      secret,
      previous: undefined,
      splayDays: undefined,
      rotateAfterMs: undefined,
      request: input.request?.action === "rotate" ? input.request.id : undefined,
    },
    current: undefined,
    slots: [secret],
    retiredGeneration: undefined,
    requestDone: undefined,
    next: {
      action: "rotate",
      atMs: secret.createdAtMs + input.policy.periodMs,
      reason: `every ${formatDuration(input.policy.periodMs)}, put off by the splay`,
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

/** The last moment at which a rotation still leaves the whole overlap to who reads the secret just before. */
export function safeDateMs(current: SecretRecord, policy: Policy): number {
  return current.expiresAtMs - policy.overlapMs - PUBLICATION_MARGIN_MS;
}

function refuseUnsafeHold(published: Published, { hold, policy, nowMs }: PlanInput): void {
  if (hold === undefined || hold.pastSafeDate || hold.untilMs <= nowMs) return;
  const safeMs = safeDateMs(published.current, policy) - UPDATE_INTERVAL_MS;
  if (hold.untilMs > safeMs) {
    throw new PlanRefusal(
      `${published.credential} is held until ${formatInstant(hold.untilMs)}, past the safe date ${formatInstant(safeMs)}: ` +
        `its secret expires on ${formatInstant(published.current.expiresAtMs)}. Hold until an earlier date, or set pastSafeDate to take the risk.`,
    );
  }
}

/** The previous secret, if somebody may still be using it. */
function livePrevious(published: Published, memory: Memory, nowMs: number): Published["previous"] {
  const previous = published.previous;
  if (previous === undefined || nowMs >= previous.retireAfterMs) return undefined;
  return memory.retiredGeneration === previous.generation ? undefined : previous;
}

/** Why a rotation is wanted now, if it is. */
function wantedRotation(
  { policy, hold }: PlanInput,
  published: Published,
  request: Request | undefined,
  nowMs: number,
): { reason: string; request: string | undefined } | undefined {
  const { current } = published;
  if (request?.action === "rotate") {
    return { reason: `rotation requested: ${request.reason}`, request: request.id };
  }
  const dueMs = dueAtMs(published, policy);
  if (nowMs < dueMs || (hold !== undefined && nowMs < hold.untilMs)) return undefined;
  const reason =
    nowMs >= current.expiresAtMs
      ? `the secret expired on ${formatInstant(current.expiresAtMs)}`
      : `due since ${formatInstant(dueMs)}`;
  return { reason, request: published.request };
}

/** From when on the published secret is to be replaced. */
export function dueAtMs(published: Published, policy: Policy): number {
  return Math.min(published.rotateAfterMs, safeDateMs(published.current, policy));
}

/** Nothing is rotated; the previous secret stays as long as it was promised. */
function planKeep(
  input: PlanInput,
  published: Published,
  previous: Published["previous"],
  nowMs: number,
  request: Request | undefined,
): Plan {
  const { hold, policy, memory } = input;
  const gone = previous === undefined ? published.previous : undefined;
  const retires = gone !== undefined && memory.retiredGeneration !== gone.generation;
  const dueMs = dueAtMs(published, policy);
  const held = hold !== undefined && nowMs < hold.untilMs && nowMs >= dueMs;
  const rotateAtMs = hold === undefined ? dueMs : Math.max(dueMs, hold.untilMs);
  const rotates = { action: "rotate" as const, atMs: rotateAtMs, reason: "the period is over" };
  return {
    action: retires ? "retire" : held ? "hold" : "keep",
    reason: retires
      ? request?.action === "retire"
        ? `removal of the previous secret requested: ${request.reason}`
        : `the overlap of generation ${gone.generation} was over on ${formatInstant(gone.retireAfterMs)}`
      : held
        ? `held until ${formatInstant(hold.untilMs)}: ${hold.reason}`
        : input.nowMs < published.current.createdAtMs
          ? "the clock stands before the published secret was made: nothing is due"
          : `due on ${formatInstant(dueMs)}`,
    publish: undefined,
    current: published.current,
    slots: [published.current, ...(previous === undefined ? [] : [previous])].map(plannedOf),
    retiredGeneration: gone?.generation,
    requestDone: request?.action === "retire" ? request.id : memory.request,
    next:
      previous !== undefined && previous.retireAfterMs < rotateAtMs
        ? { action: "retire", atMs: previous.retireAfterMs, reason: "the overlap is over" }
        : rotates,
  };
}

/** A new secret in the slot that is not published. */
function planSuccessor(
  input: PlanInput,
  published: Published,
  previous: Published["previous"],
  nowMs: number,
  want: { action: "rotate" | "revoke"; reason: string; request: string | undefined },
): Plan {
  const { policy, memory } = input;
  const { current } = published;
  const failure = memory.failure;
  const retry = retryOf(input, failure, current);
  if (retry.waitUntilMs !== undefined) {
    const kept = [current, ...(previous === undefined ? [] : [previous])].map(plannedOf);
    return waiting(input, retry.waitUntilMs, kept, published, previous);
  }
  const secret: PlannedSecret = {
    slot: otherSlot(current.slot),
    generation: nextGeneration([current.generation, published.previous?.generation ?? 0], failure),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + policy.lifetimeMs,
  };
  const promisedMs = want.action === "revoke" ? 0 : policy.overlapMs + PUBLICATION_MARGIN_MS;
  return {
    action: want.action,
    reason: want.reason,
    publish: {
      secret,
      previous: { ...current, retireAfterMs: nowMs + promisedMs },
      splayDays: undefined,
      rotateAfterMs: undefined,
      request: want.request,
    },
    current,
    slots: [plannedOf(current), secret],
    retiredGeneration: published.previous?.generation,
    requestDone: memory.request,
    next: {
      action: "retire",
      atMs: nowMs + promisedMs,
      reason:
        want.action === "revoke" ? "a revoked secret is deleted by the next update" : "the overlap is over",
    },
  };
}

/** Whether the previous secret lives long enough to be published again: rotating away from it takes one overlap, its users another. */
function canRollBack(previous: SecretRecord, policy: Policy, nowMs: number): boolean {
  return previous.expiresAtMs - nowMs >= rollbackNeedsMs(policy);
}

function rollbackNeedsMs(policy: Policy): number {
  return 2 * (policy.overlapMs + PUBLICATION_MARGIN_MS) + UPDATE_INTERVAL_MS;
}

function planRollback(
  { policy, memory }: PlanInput,
  published: Published,
  previous: Published["previous"],
  nowMs: number,
  request: Request,
): Plan {
  if (previous === undefined) {
    throw new PlanRefusal(
      `${published.credential} cannot be rolled back: there is no previous secret any more. Rotate instead.`,
    );
  }
  if (!canRollBack(previous, policy, nowMs)) {
    throw new PlanRefusal(
      `${published.credential} cannot be rolled back to generation ${previous.generation}: it expires on ${formatInstant(previous.expiresAtMs)}, ` +
        `and a rollback needs ${formatDuration(rollbackNeedsMs(policy))} of life. Rotate instead.`,
    );
  }
  const reason = `rollback requested: ${request.reason}`;
  return republish(published, previous, policy, nowMs, request.id, memory, reason);
}

/** Publishes the previous secret again; the current one becomes the previous. */
function republish(
  published: Published,
  previous: SecretRecord,
  policy: Policy,
  nowMs: number,
  request: string | undefined,
  memory: Memory,
  reason: string,
): Plan {
  const { current } = published;
  const retireAfterMs = nowMs + policy.overlapMs + PUBLICATION_MARGIN_MS;
  return {
    action: "rollback",
    reason,
    publish: {
      secret: plannedOf(previous),
      previous: { ...current, retireAfterMs },
      splayDays: published.splayDays,
      // Whatever it was due for before, it is due once the slot beside it is free.
      rotateAfterMs: retireAfterMs,
      request,
    },
    current,
    slots: [current, previous].map(plannedOf),
    retiredGeneration: undefined,
    requestDone: memory.request,
    next: {
      action: "rotate",
      atMs: retireAfterMs,
      reason: "a secret that was rolled back to is replaced soon",
    },
  };
}

/** A failed verification is not repeated before its time. */
function waiting(
  { memory }: PlanInput,
  untilMs: number,
  slots: PlannedSecret[],
  published: Published | undefined,
  previous: Published["previous"],
): Plan {
  const { failure } = memory;
  const tries = failure?.attempts === 1 ? "once" : `${failure?.attempts} times`;
  return {
    action: "wait",
    reason: `verification of generation ${failure?.generation} failed ${tries}: ${failure?.reason}; tried again from ${formatInstant(untilMs)} on`,
    publish: undefined,
    current: published?.current,
    slots,
    retiredGeneration: previous === undefined ? published?.previous?.generation : undefined,
    requestDone: memory.request,
    next: { action: published === undefined ? "create" : "rotate", atMs: untilMs, reason: "the next try" },
  };
}

/** Until when a failed verification makes us wait; undefined if not at all. */
function retryOf(
  { nowMs, settings }: PlanInput,
  failure: VerificationFailure | undefined,
  current: SecretRecord | undefined,
): { waitUntilMs: number | undefined } {
  if (failure === undefined || failure.settings !== settings) return { waitUntilMs: undefined };
  const remainingMs = current === undefined ? undefined : current.expiresAtMs - failure.lastAttemptAtMs;
  const untilMs = failure.lastAttemptAtMs + retryDelayMs(failure.attempts, remainingMs);
  return { waitUntilMs: nowMs < untilMs ? untilMs : undefined };
}

/** A generation is used once: one that Entra refused is never tried again. */
function nextGeneration(known: number[], failure: VerificationFailure | undefined): number {
  const after = Math.max(0, ...known) + 1;
  if (failure === undefined) return after;
  return Math.max(after, failure.kind === "rejected" ? failure.generation + 1 : failure.generation);
}

function plannedOf({ slot, generation, createdAtMs, expiresAtMs }: SecretRecord): PlannedSecret {
  return { slot, generation, createdAtMs, expiresAtMs };
}
