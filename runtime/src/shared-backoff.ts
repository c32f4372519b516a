import type { Subscribe } from "./abort.ts";
import { fullJitterDelayMs, type Random } from "./backoff.ts";
import type { TokenFailure } from "./classify-token-error.ts";
import { type Customer, FailingCustomers } from "./failing-customers.ts";

/** Delays between attempts against passing trouble. */
export const transientBackoff = { firstMs: 250, longestMs: 8_000 };

/** How long others wait at most while one caller tries, in milliseconds. */
const trialMs = 30_000;

interface Doubt {
  /** Failures in a row, those of requests that were under way together counted once. */
  readonly failures: number;
  /** Monotonic time of the last of them. */
  readonly failedAtMs: number;
  /** Monotonic time until which nobody tries. */
  readonly untilMs: number;
}

/** A failed attempt. */
export interface FailedTry {
  readonly customer: Customer;
  readonly failure: TokenFailure;
  /** Monotonic time at which it began. */
  readonly sentAtMs: number;
}

/**
 * What all callers know of passing trouble of the directory. While it fails for the application as a whole, one of them
 * tries at a time and after the next delay, instead of each repeating on its own.
 */
export class SharedBackoff {
  readonly #random: Random;
  readonly #failing: FailingCustomers;
  readonly #listeners = new Set<() => void>();
  #doubt: Doubt | undefined;

  constructor(customersToOpen: number, random: Random) {
    this.#failing = new FailingCustomers(customersToOpen);
    this.#random = random;
  }

  /** Failures in a row; 0 while the directory answers. */
  get failures(): number {
    return this.#doubt?.failures ?? 0;
  }

  /** Time until this caller may try, in milliseconds; 0 makes the try its own, and the others wait. */
  takeTurn(nowMs: number): number {
    if (this.#doubt === undefined) {
      return 0;
    }
    const waitMs = Math.max(0, this.#doubt.untilMs - nowMs);
    if (waitMs === 0) {
      this.#doubt = { ...this.#doubt, untilMs: nowMs + trialMs };
    }
    return waitMs;
  }

  /** The directory answered. */
  succeeded(customer: Customer): void {
    this.#failing.clear();
    this.#failing.meet(customer);
    if (this.#doubt !== undefined) {
      this.#doubt = undefined;
      this.wake();
    }
  }

  /** Takes note of a failure, if it is passing trouble. */
  failed({ customer, failure, sentAtMs }: FailedTry, nowMs: number): void {
    if (failure.kind !== "transient" && failure.kind !== "throttled") {
      this.succeeded(customer); // It answers.
      return;
    }
    const concernsAll = this.#failing.add(customer);
    const doubt = this.#doubt;
    if (doubt === undefined ? !concernsAll : sentAtMs <= doubt.failedAtMs) {
      return;
    }
    const failures = doubt?.failures ?? 0;
    const backoffMs = fullJitterDelayMs(failures, transientBackoff, this.#random);
    this.#doubt = {
      failures: failures + 1,
      failedAtMs: nowMs,
      untilMs: nowMs + Math.max(backoffMs, failure.retryAfterMs ?? 0),
    };
    this.wake();
  }

  /** Ends a try that said nothing of the directory's health: the next caller may try. */
  release(sentAtMs: number, nowMs: number): void {
    if (this.#doubt !== undefined && sentAtMs > this.#doubt.failedAtMs) {
      this.#doubt = { ...this.#doubt, untilMs: nowMs };
      this.wake();
    }
  }

  /** Calls `listener` whenever a try has ended; returns how to stop that. */
  readonly onChange: Subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Has all who wait look again. */
  wake(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }
}
