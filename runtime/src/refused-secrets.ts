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

/** An established one that became wrong was probably removed; it is still asked for now and then. */
const whenEstablished = { firstMs: 60_000, longestMs: 3_600_000 };

/** How long others leave a secret alone while one caller tries it again, in milliseconds. */
const trialMs = 30_000;

/** Marks kept; a credential has two living secrets, the rest are its past. */
const mostMarks = 8;

interface Mark {
  readonly secret: ClientSecret;
  readonly failure: TokenFailure;
  readonly refusals: number;
  /** Monotonic time until which it is not used. */
  readonly untilMs: number;
  /** Whether it is left alone because one caller tries it again. */
  readonly onTrial: boolean;
}

/** Whether a secret is inside the time in which a refusal may only mean that it is new. */
export function isYoung(secret: ClientSecret, nowMs: number, firstSeenMs: number): boolean {
  return nowMs - (secret.info.createdAtMs ?? firstSeenMs) < propagationWindowMs;
}

/** Remembers which secrets the directory refused, so that they are not sent again: an expired one never. */
export class RefusedSecrets {
  #marks: readonly Mark[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Remembers a refusal; returns how long it lasts, in milliseconds. */
  add(secret: ClientSecret, failure: TokenFailure, young: boolean, nowMs: number): number {
    const refusals = this.#find(secret)?.refusals ?? 0;
    const lastsMs =
      failure.kind === "expired"
        ? Number.POSITIVE_INFINITY
        : halfJitterDelayMs(refusals, young ? whileYoung : whenEstablished, this.#random);
    this.#put({ secret, failure, refusals: refusals + 1, untilMs: nowMs + lastsMs, onTrial: false });
    return lastsMs;
  }

  /** The refusal that still stands, if any. */
  failureOf(secret: ClientSecret, nowMs: number): TokenFailure | undefined {
    const mark = this.#find(secret);
    return mark !== undefined && mark.untilMs > nowMs ? mark.failure : undefined;
  }

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
    }
  }

  /** Forgets a refusal, because the secret was accepted. */
  remove(secret: ClientSecret): void {
    if (this.#marks.length > 0) {
      this.#marks = this.#marks.filter((mark) => !mark.secret.hasSameValueAs(secret));
    }
  }

  #find(secret: ClientSecret): Mark | undefined {
    return this.#marks.find((mark) => mark.secret.hasSameValueAs(secret));
  }

  #put(mark: Mark): void {
    this.remove(mark.secret);
    this.#marks = [...this.#marks, mark].slice(-mostMarks);
  }
}
