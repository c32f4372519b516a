import { PUBLICATION_MARGIN_MS, retireAtMs } from "./dates.ts";
import { withRequest } from "./memory.ts";
import type { PlanInput, Request } from "./plan-types.ts";
import type { Published } from "./published.ts";

/** What is decided on once something is published. */
export interface Situation extends PlanInput {
  published: Published;
  /** Never before what is published was. */
  nowMs: number;
  /** The clock stands before what is published was: by it, nothing is due. */
  isClockBehind: boolean;
  /** The moment that is past by the second clock too. Not after `nowMs`, and never before what is published was. */
  sureMs: number;
  /** The directory's clock is so far ahead of the second one that one of them is wrong. */
  isClockAhead: boolean;
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
  const sureMs = Math.max(Math.min(nowMs, input.witnessMs ?? nowMs), sinceMs);
  const requestsDone = withRequest(input.memory.requests, published.request, input.request?.id);
  return {
    ...input,
    request: wantedRequest(input, requestsDone),
    published,
    nowMs,
    sureMs,
    isClockBehind: input.nowMs < sinceMs,
    isClockAhead: nowMs - sureMs > PUBLICATION_MARGIN_MS,
    previous: livePrevious(input, published, sureMs),
    requestsDone,
    refusals: [],
  };
}

/**
 * What is asked for now, or else what a command asked for whose update did not come that far. Nothing but another
 * revocation takes the place of a revocation.
 */
export function wantedRequest(
  { request, memory: { pending } }: Pick<PlanInput, "request" | "memory">,
  requestsDone: readonly string[],
): Request | undefined {
  if (pending === undefined || requestsDone.includes(pending.id)) return request;
  if (request === undefined || requestsDone.includes(request.id)) return pending;
  return pending.action === "revoke" && request.action !== "revoke" ? pending : request;
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
