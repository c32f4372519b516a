import { performance } from "node:perf_hooks";

/** Where the library gets time from; tests pass one that they move. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. Can jump in either direction. */
  nowMs(): number;
  /** Milliseconds since some fixed moment. Never goes backwards; may stand still while the machine sleeps. */
  monotonicMs(): number;
  /**
   * Calls `callback` once after `delayMs`; returns how to cancel that. With `background` the timer does not
   * keep the process alive.
   */
  setTimer(callback: () => void, delayMs: number, options?: { background?: boolean }): () => void;
}

/** Longest delay that Node's timers take; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (callback, delayMs, options) => {
    const timer = setTimeout(callback, Math.min(delayMs, longestTimerMs));
    if (options?.background) {
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
};
