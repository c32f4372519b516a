import type { Clock } from "../../runtime/src/clock.ts";

/** What else goes with the time. */
export interface TimeHooks {
  /** Waits until nothing is under way outside of this process's own code. */
  idle?(): Promise<void>;
  /** Time has been moved; timers that are due have not fired yet. */
  moved?(nowMs: number): Promise<void>;
}

interface Timer {
  dueMs: number;
  callback: () => void;
}

/** Time that stands still until a test moves it. Starts on 2026-01-01. */
export class VirtualTime implements Clock {
  #monotonicMs = 1_000;
  #wallOffsetMs: number;
  readonly #timers = new Set<Timer>();
  readonly #hooks: TimeHooks;

  constructor(startMs = Date.UTC(2026, 0, 1), hooks: TimeHooks = {}) {
    this.#wallOffsetMs = startMs - this.#monotonicMs;
    this.#hooks = hooks;
  }

  nowMs(): number {
    return this.#monotonicMs + this.#wallOffsetMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait: none should be left when everything is closed. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Sets the wall clock forward or back; nothing else notices. */
  jumpWallClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Lets everything happen that waits for no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#hooks.idle?.();
  }

  /** Moves time on, timer by timer, and lets each of them have its effect. */
  advance(byMs: number): Promise<void> {
    return this.#advanceTo(this.#monotonicMs + byMs);
  }

  async #advanceTo(untilMs: number): Promise<void> {
    await this.settle();
    for (;;) {
      const dueMs = this.#nextDueMs();
      if (dueMs > untilMs) {
        break;
      }
      this.#monotonicMs = Math.max(this.#monotonicMs, dueMs);
      await this.#hooks.moved?.(this.nowMs());
      // Timers that a callback sets or cancels meanwhile are as a real loop would have them: seen, or gone.
      for (const timer of this.#timers) {
        if (timer.dueMs <= dueMs) {
          this.#timers.delete(timer);
          timer.callback();
        }
      }
      await this.settle();
    }
    this.#monotonicMs = Math.max(this.#monotonicMs, untilMs);
    await this.#hooks.moved?.(this.nowMs());
    await this.settle();
  }

  /** Moves time on until `promise` is settled, at most by `atMostMs`; returns or throws what it came to. */
  async until<T>(promise: Promise<T>, atMostMs = 3_600_000): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    const untilMs = this.#monotonicMs + atMostMs;
    await this.settle();
    while (!settled && this.#monotonicMs < untilMs) {
      await this.#advanceTo(Math.min(untilMs, this.#nextDueMs()));
    }
    if (!settled) {
      throw new Error(`still pending after ${atMostMs} ms of virtual time`);
    }
    return promise;
  }

  #nextDueMs(): number {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const timer of this.#timers) {
      dueMs = Math.min(dueMs, timer.dueMs);
    }
    return dueMs;
  }

  /** Moves time on while the machine sleeps: the monotonic clock stands still, no timer fires. */
  sleepMachine(forMs: number): void {
    this.#wallOffsetMs += forMs;
  }
}
