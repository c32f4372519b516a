import { retireAtMs } from "./dates.ts";
import { withRequest } from "./memory.ts";
import type { PlanInput } from "./plan-types.ts";
import type { Published } from "./published.ts";

/** What is decided on once something is published. */
export interface Situation extends PlanInput {
  published: Published;
  /** Never before what is published was. */
  nowMs: number;
  /** The clock stands before what is published was: by it, nothing is due. */
  isClockBehind: boolean;
  /** The previous secret, if somebody may still be using it. */
  previous: Published["previous"];
  /** The requests that were carried out. */
  requestsDone: string[];
  /** What was asked for and cannot be done; grows while it is decided on. */
  refusals: string[];
}

export function situationOf(input: PlanInput, published: Published): Situation {
  const sinceMs = input.publishedAtMs ?? published.current.createdAtMs;
  const nowMs = Math.max(input.nowMs, sinceMs);
  return {
    ...input,
    published,
    nowMs,
    isClockBehind: input.nowMs < sinceMs,
    previous: livePrevious(input, published, nowMs),
    requestsDone: withRequest(input.memory.requests, published.request),
    refusals: [],
  };
}

function livePrevious(
  { memory, publishedAtMs }: PlanInput,
  published: Published,
  nowMs: number,
): Published["previous"] {
  const { previous } = published;
  const untilMs = retireAtMs(published, publishedAtMs);
  if (previous === undefined || untilMs === undefined || nowMs >= untilMs) return undefined;
  return memory.retiredGeneration === previous.generation ? undefined : previous;
}
