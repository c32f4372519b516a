import type { Subscribe } from "./abort.ts";
import { halfJitterDelayMs, type Random } from "./backoff.ts";
import type { TokenFailure } from "./classify-token-error.ts";
import type { ClientSecret } from "./client-secret.ts";

/**
 * How long a new secret may be unknown to some replicas of the directory, in milliseconds: minutes, plus ten for a
 * local clock that is wrong.
 */
export const propagationWindowMs = 900_000;

/** A young secret is tried again soon: replicas usually know it within seconds. */
const whileYoung = { firstMs: 1_000, longestMs: 30_000 };

/**
 * So is an established one after its first refusal, for that may be one replica's passing error; in milliseconds, the
 * longest time.
 */
const firstRetryMs = 5_000;

/** Refused again, it was probably removed; it is still asked for now and then. */
const whenEstablished = { firstMs: 60_000, longestMs: 3_600_000 };

/** How long others leave a secret alone while one caller tries it again, in milliseconds. */
const trialMs = 30_000;

/** Marks kept; a credential has two living secrets, the rest are its past. */
const mostMarks = 8;

interface Mark {
  readonly secret: ClientSecret;
  readonly failure: TokenFailure;
  /** Refusals in a row, each of a request that was sent after the one before had been answered. */
  readonly refusals: number;
  /** Monotonic time of the last of them. */
  readonly refusedAtMs: number;
  /** Monotonic time until which it is not used. */
  readonly untilMs: number;
  /** Whether it is left alone because one caller tries it again. */
  readonly onTrial: boolean;
}

/** A refusal that has not run out. */
export interface StandingRefusal {
  readonly failure: TokenFailure;
  /** Time until it runs out, in milliseconds; infinite for an expired secret. */
  readonly leftMs: number;
  /** Whether one caller is trying the secret again at this moment. */
  readonly onTrial: boolean;
}

/** A request that was refused. */
export interface Refusal {
  readonly failure: TokenFailure;
  /** Whether the secret may only be new: see {@link isYoung}. */
  readonly young: boolean;
  /** Monotonic time at which the request was sent. */
  readonly sentAtMs: number;
}

/** Whether a secret is inside the time in which a refusal may only mean that it is new. */
export function isYoung(secret: ClientSecret, nowMs: number, firstSeenMs: number): boolean {
  return nowMs - (secret.info.createdAtMs ?? firstSeenMs) < propagationWindowMs;
}

/** Remembers which secrets the directory refused, so that they are not sent again: an expired one never. */
export class RefusedSecrets {
  #marks: readonly Mark[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Remembers a refusal; returns how long to leave the secret alone, in milliseconds. Requests that were under way
   * together and refused together count as one refusal.
   */
  add(secret: ClientSecret, { failure, young, sentAtMs }: Refusal, nowMs: number): number {
    const mark = this.#find(secret);
    const isExpired = failure.kind === "expired";
    if (mark !== undefined && sentAtMs <= mark.refusedAtMs && (!isExpired || isFinal(mark))) {
      return mark.onTrial ? 0 : Math.max(0, mark.untilMs - nowMs); // A trial's end is waited for anyway.
    }
    const refusals = mark?.refusals ?? 0;
    const lastsMs = isExpired ? Number.POSITIVE_INFINITY : this.#pauseMs(refusals, young);
    this.#put({
      secret,
      failure,
      refusals: refusals + 1,
      refusedAtMs: nowMs,
      untilMs: nowMs + lastsMs,
      onTrial: false,
    });
    this.#changed();
    return lastsMs;
  }

  /** The refusal that still stands, if any. */
  standing(secret: ClientSecret, nowMs: number): StandingRefusal | undefined {
    const mark = this.#find(secret);
    return mark !== undefined && mark.untilMs > nowMs
      ? { failure: mark.failure, leftMs: mark.untilMs - nowMs, onTrial: mark.onTrial }
      : undefined;
  }

  /** Calls `listener` whenever a trial has ended; returns how to stop that. */
  readonly onChange: Subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Whether the caller may use the secret. After a refusal has run out one caller may; the others wait for how
   * that ends.
   */
  take(secret: ClientSecret, nowMs: number): boolean {
    const mark = this.#find(secret);
    if (mark === undefined) {
      return true;
    }
    if (mark.untilMs > nowMs) {
      return false;
    }
    this.#put({ ...mark, untilMs: nowMs + trialMs, onTrial: true });
    return true;
  }

  /** Ends a trial that said nothing about the secret: the next caller may try it. */
  release(secret: ClientSecret, nowMs: number): void {
    const mark = this.#find(secret);
    if (mark?.onTrial) {
      this.#put({ ...mark, untilMs: nowMs, onTrial: false });
      this.#changed();
    }
  }

  /** Forgets a refusal, because the secret was accepted. */
  remove(secret: ClientSecret): void {
    if (this.#find(secret) !== undefined) {
      this.#drop(secret);
      this.#changed();
    }
  }

  #pauseMs(refusals: number, young: boolean): number {
    if (young) {
      return halfJitterDelayMs(refusals, whileYoung, this.#random);
    }
    return refusals === 0
      ? halfJitterDelayMs(0, { firstMs: firstRetryMs, longestMs: firstRetryMs }, this.#random)
      : halfJitterDelayMs(refusals - 1, whenEstablished, this.#random);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) {
      listener();
    }
  }

  #drop(secret: ClientSecret): void {
    this.#marks = this.#marks.filter((mark) => !mark.secret.hasSameValueAs(secret));
  }

  #find(secret: ClientSecret): Mark | undefined {
    return this.#marks.find((mark) => mark.secret.hasSameValueAs(secret));
  }

  #put(mark: Mark): void {
    this.#drop(mark.secret);
    this.#marks = [...this.#marks, mark].slice(-mostMarks);
  }
}

function isFinal(mark: Mark): boolean {
  return mark.untilMs === Number.POSITIVE_INFINITY;
}
