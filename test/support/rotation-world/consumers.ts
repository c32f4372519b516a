import { HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import type { Chance } from "./chance.ts";
import { type Directory, invalidAtMs, type Key } from "./directory.ts";
import { Violation } from "./violation.ts";

/** A service that reads the published secret now and then, and asks nobody when it stops working. */
interface Consumer {
  credential: number;
  held: { key: Key; readAtMs: number } | undefined;
  nextReadAtMs: number;
}

/** How long consumers held a secret, and how long one that did not work, by the reason. */
export interface ConsumerHours {
  all: number;
  /** Nobody's excuse: must be 0. */
  lost: number;
  /** Excused: an emergency, a secret deleted by hand, or updates that did not run. */
  excused: Record<string, number>;
}

/** Why an expired secret was still in use, when no rule was broken. */
export const NO_UPDATES = "no update could run";

/**
 * The consumers of a stack. Each refreshes its copy at random ages up to the overlap promised with the version
 * it read, often at exactly that age: the worst that the second rule allows.
 */
export class Consumers {
  readonly hours: ConsumerHours = { all: 0, lost: 0, excused: {} };
  readonly #consumers: Consumer[] = [];
  readonly #directory: Directory;
  readonly #chance: Chance;
  readonly #steady: boolean;

  constructor(directory: Directory, counts: readonly number[], chance: Chance, steady: boolean) {
    this.#directory = directory;
    this.#chance = chance;
    this.#steady = steady;
    counts.forEach((count, credential) => {
      for (let index = 0; index < count; index++) {
        this.#consumers.push({ credential, held: undefined, nextReadAtMs: Number.NEGATIVE_INFINITY });
      }
    });
  }

  /** Lets everybody read who reads until then. Nothing may have changed since the last call, but at its end. */
  advance(fromMs: number, toMs: number): void {
    for (const consumer of this.#consumers) {
      const version = this.#directory.current(consumer.credential);
      if (version === undefined) continue;
      let readAtMs = Math.max(consumer.nextReadAtMs, fromMs);
      while (readAtMs <= toMs) {
        this.#finish(consumer, readAtMs);
        consumer.held = { key: version.key, readAtMs };
        // Between two changes all reads are the same: a long pause needs its first and its last one only.
        const spareMs = toMs - readAtMs - 2 * version.overlapMs;
        const ageMs =
          spareMs > 0
            ? spareMs + version.overlapMs + this.#age(version.overlapMs)
            : this.#age(version.overlapMs);
        readAtMs += ageMs;
      }
      consumer.nextReadAtMs = readAtMs;
    }
  }

  /** The end of a history: what is held then counts as held until then. */
  finish(nowMs: number): void {
    for (const consumer of this.#consumers) this.#finish(consumer, nowMs);
  }

  #age(overlapMs: number): number {
    return this.#chance.happens(40) ? overlapMs : 1 + Math.floor(this.#chance.fraction() * overlapMs);
  }

  /** Settles what a copy was good for. */
  #finish(consumer: Consumer, nowMs: number): void {
    if (consumer.held === undefined) return;
    const { key, readAtMs } = consumer.held;
    this.hours.all += (nowMs - readAtMs) / HOUR_MS;
    const lostMs = nowMs - Math.max(readAtMs, invalidAtMs(key));
    if (lostMs <= 0) return;
    const isDeleted = key.deletedAtMs < key.expiresAtMs;
    const excuse = key.aside ?? (isDeleted || this.#steady ? undefined : NO_UPDATES);
    if (excuse === undefined) {
      this.hours.lost += lostMs / HOUR_MS;
      throw new Violation(
        "consumers always hold a working secret",
        `a copy of ${key.displayName}, read on ${formatInstant(readAtMs)}, was ${isDeleted ? "deleted" : "expired"} on ${formatInstant(invalidAtMs(key))} and in use until ${formatInstant(nowMs)}`,
      );
    }
    this.hours.excused[excuse] = (this.hours.excused[excuse] ?? 0) + lostMs / HOUR_MS;
  }
}
