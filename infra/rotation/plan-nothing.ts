import { dueAtMs } from "./dates.ts";
import type { Memory } from "./memory.ts";
import { type Plan, plannedOf } from "./plan-types.ts";
import type { Policy } from "./policy.ts";
import type { Published } from "./published.ts";

/** Plans for a credential that is left alone, because nobody knows for certain where its rotation stands. */

/** What is published cannot be believed: everything stays as it was published last, and nothing is decided. */
export function planNothing(published: Published, memory: Memory, policy: Policy): Plan {
  const { current, previous } = published;
  const isRetired = previous === undefined || memory.retiredGeneration === previous.generation;
  return {
    ...leftAsItIs(memory),
    current,
    slots: [current, ...(isRetired ? [] : [previous])].map(plannedOf),
    retiredGeneration: memory.retiredGeneration,
    next: { action: "rotate", atMs: dueAtMs(published, policy), reason: "the period is over" },
  };
}

/** Something stands where nothing was ever published, and it is not ours: it is left alone, and nothing is made. */
export function planNeverPublished(memory: Memory, nowMs: number): Plan {
  return {
    ...leftAsItIs(memory),
    current: undefined,
    slots: [],
    retiredGeneration: undefined,
    next: { action: "create", atMs: nowMs, reason: "once what stands there is out of the way" },
  };
}

/** Requests wait, none is forgotten. */
function leftAsItIs(memory: Memory) {
  return {
    action: "keep",
    reason: "left as it is",
    refusals: [],
    remarks: [],
    publish: undefined,
    requestsDone: memory.requests,
    requestsDoneIfPublished: memory.requests,
    pending: memory.pending,
  } satisfies Partial<Plan>;
}
