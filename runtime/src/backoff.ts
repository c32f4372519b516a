import { noJitterGenerator } from "cockatiel";

/** Returns a number from 0 (included) to 1 (excluded), as `Math.random` does. */
export type Random = () => number;

export interface BackoffRange {
  /** The longest first delay, in milliseconds. */
  readonly firstMs: number;
  /** The longest delay ever, in milliseconds. */
  readonly longestMs: number;
}

/**
 * The delay before retry `attempt` (from 0) with full jitter: anything from 0 to the doubled bound.
 * See https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
 */
export function fullJitterDelayMs(attempt: number, range: BackoffRange, random: Random): number {
  return random() * boundMs(attempt, range);
}

/** As {@link fullJitterDelayMs}, but never less than half the bound: for delays that must really pass. */
export function halfJitterDelayMs(attempt: number, range: BackoffRange, random: Random): number {
  const bound = boundMs(attempt, range);
  return bound / 2 + (random() * bound) / 2;
}

/** `valueMs` give or take up to `share` of it. */
export function spreadMs(valueMs: number, share: number, random: Random): number {
  return valueMs * (1 - share + 2 * share * random());
}

function boundMs(attempt: number, { firstMs, longestMs }: BackoffRange): number {
  return noJitterGenerator(attempt, {
    initialDelay: firstMs,
    maxDelay: longestMs,
    exponent: 2,
    generator: noJitterGenerator,
  })[0];
}
