import { DAY_MS, HOUR_MS } from "../../infra/duration.ts";
import { emptyMemory, type Memory, type VerificationFailure } from "../../infra/rotation/memory.ts";
import { planRotation } from "../../infra/rotation/plan.ts";
import type { Plan, PlanInput, Request } from "../../infra/rotation/plan-types.ts";
import type { Policy } from "../../infra/rotation/policy.ts";
import type { PreviousSecret, Published, SecretRecord } from "../../infra/rotation/published.ts";

/** A credential in the middle of its life, for tests that change one thing of it. */

export const POLICY: Policy = {
  lifetimeMs: 90 * DAY_MS,
  periodMs: 45 * DAY_MS,
  overlapMs: 7 * DAY_MS,
  splayMs: 5 * DAY_MS,
};

export const CREATED_MS = Date.UTC(2027, 0, 10, 2);
export const EXPIRES_MS = CREATED_MS + POLICY.lifetimeMs;
/** The period, and three days of splay. */
export const DUE_MS = CREATED_MS + 48 * DAY_MS;
/** The overlap, and the slack of three daily updates, before the end. */
export const SAFE_MS = EXPIRES_MS - 10 * DAY_MS;

export const CLIENT_ID = "11111111-1111-4111-8111-111111111111";
export const KEY_ID = {
  a: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
  b: "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
};

export const CURRENT: SecretRecord = {
  slot: "b",
  generation: 4,
  keyId: KEY_ID.b,
  createdAtMs: CREATED_MS,
  expiresAtMs: EXPIRES_MS,
};

/** The secret before it: replaced when the current one was made, and promised for the overlap and an hour. */
export const PREVIOUS: PreviousSecret = {
  slot: "a",
  generation: 3,
  keyId: KEY_ID.a,
  createdAtMs: CREATED_MS - 47 * DAY_MS,
  expiresAtMs: CREATED_MS + 43 * DAY_MS,
  replacedAtMs: CREATED_MS,
  retireAfterMs: CREATED_MS + 7 * DAY_MS + HOUR_MS,
};

export function published(over: Partial<Published> = {}): Published {
  return {
    credential: "mailman",
    clientId: CLIENT_ID,
    current: CURRENT,
    rotateAfterMs: DUE_MS,
    splayDays: 3,
    overlapMs: POLICY.overlapMs,
    previous: undefined,
    request: undefined,
    ...over,
  };
}

export function memory(over: Partial<Memory> = {}): Memory {
  return { ...emptyMemory, ...over };
}

/** A verification that failed once. */
export function failure(over: Partial<VerificationFailure> = {}): VerificationFailure {
  return {
    generation: 5,
    kind: "unavailable",
    reason: "transient: HTTP 503",
    attempts: 1,
    lastAttemptAtMs: DUE_MS,
    settings: "as they were",
    ...over,
  };
}

export function request(action: Request["action"], id = "request-1"): Request {
  return { id, action, reason: "a test" };
}

export function planInput(over: Partial<PlanInput> = {}): PlanInput {
  return {
    credential: "mailman",
    policy: POLICY,
    published: published(),
    memory: memory(),
    request: undefined,
    hold: undefined,
    settings: "as they were",
    nowMs: CREATED_MS + DAY_MS,
    ...over,
  };
}

export function planAt(nowMs: number, over: Partial<PlanInput> = {}): Plan {
  return planRotation(planInput({ ...over, nowMs }));
}
