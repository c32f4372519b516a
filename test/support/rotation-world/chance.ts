import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Chance that a seed decides: the same seed, the same sequence. */
export interface Chance {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** True in `percent` of a hundred cases. */
  happens(percent: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** A number from 0 on, below 1. */
  fraction(): number;
}

export function seededChance(seed: number): Chance {
  const generator = xoroshiro128plus(seed);
  // The first numbers of neighbouring seeds are alike.
  for (let index = 0; index < 32; index++) generator.next();
  const integer = (min: number, max: number) => (max <= min ? min : uniformInt(generator, min, max));
  return {
    integer,
    happens: (percent) => integer(0, 9_999) < percent * 100,
    pick: (list) => list[integer(0, list.length - 1)] ?? list[0],
    fraction: () => integer(0, 2 ** 30 - 1) / 2 ** 30,
  };
}
