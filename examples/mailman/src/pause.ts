import type { Clock } from "../../../runtime/src/index.ts";

export interface PauseArgs {
  readonly clock: Clock;
  /** Ends the pause. */
  readonly signal: AbortSignal;
  /** Holds, while the pause lasts, what ends it. */
  readonly wakers?: Set<() => void>;
}

/** Resolves after `delayMs`; sooner if `signal` is aborted or the waker is called. */
export function pause(delayMs: number, { clock, signal, wakers = new Set() }: PauseArgs): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancelTimer();
      wakers.delete(end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancelTimer = clock.setTimer(end, delayMs);
    wakers.add(end);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) {
      end();
    }
  });
}

/** What `work` comes to, or the reason of `signal` if that is aborted first: `work` is then left alone. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) {
      giveUp();
    }
  });
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
