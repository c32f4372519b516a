/**
 * The generator behind a seed in the `random` provider: Go's `math/rand` of version 1, seeded with a CRC of
 * the seed's text. It is an additive lagged Fibonacci generator modulo 2^64,
 *
 *     x[n] = x[n - 607] + x[n - 273],
 *
 * whose start is a table that the seed is mixed into. The table is the generator's own state after
 * 7.8e12 steps (https://go.dev/src/math/rand/gen_cooked.go); it is not written down here but computed.
 */
const LENGTH = 607;
const TAP = 273;
const INT32_MAX = 2 ** 31 - 1;
const MASK_63 = (1n << 63n) - 1n;
const TABLE_STEPS = 7_800_000_000_000n;

/** Whole numbers from a seed's text, the same as the real provider's. */
export class GoRandom {
  readonly #state: BigUint64Array;
  #tap = 0;
  #feed = LENGTH - TAP;

  constructor(seedText: string) {
    const table = cookedTable();
    const seeds = seedSequence(Number(BigInt.asIntN(64, crc64Iso(seedText)) % BigInt(INT32_MAX)));
    this.#state = new BigUint64Array(LENGTH).map((_, i) => mixed(seeds, 40n, 20n) ^ (table[i] ?? 0n));
  }

  /** A whole number from 0 to `n` - 1. `n` must be positive. */
  below(n: bigint): bigint {
    return n <= BigInt(INT32_MAX) ? this.#drawn(n, 31n) : this.#drawn(n, 63n);
  }

  /** Draws of `bits` bits, those thrown away that would favour the low numbers. */
  #drawn(n: bigint, bits: bigint): bigint {
    const range = 1n << bits;
    const limit = range - (range % n);
    for (;;) {
      const value = (this.#next() & MASK_63) >> (63n - bits);
      if (value < limit) return value % n;
    }
  }

  #next(): bigint {
    this.#tap = (this.#tap + LENGTH - 1) % LENGTH;
    this.#feed = (this.#feed + LENGTH - 1) % LENGTH;
    this.#state[this.#feed] = at(this.#state, this.#feed) + at(this.#state, this.#tap);
    return at(this.#state, this.#feed);
  }
}

/** CRC-64 with the polynomial of ISO 3309, as Go's hash/crc64 computes it. */
export function crc64Iso(text: string): bigint {
  const POLYNOMIAL = 0xd800000000000000n;
  const ONES = 0xffffffffffffffffn;
  let crc = ONES;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  }
  return crc ^ ONES;
}

/** Lehmer's generator x := 48271 x mod (2^31 - 1), its first 20 numbers thrown away. */
function* seedSequence(seed: number): Generator<bigint, never> {
  const MULTIPLIER = 48271n;
  const MODULUS = BigInt(INT32_MAX);
  const start = ((BigInt(seed) % MODULUS) + MODULUS) % MODULUS;
  let x = start === 0n ? 89_482_311n : start;
  for (let i = 0; ; i++) {
    x = (x * MULTIPLIER) % MODULUS;
    if (i >= 20) yield x;
  }
}

/** Three numbers of the sequence laid over each other. */
function mixed(seeds: Generator<bigint, never>, first: bigint, second: bigint): bigint {
  return BigInt.asUintN(
    64,
    (seeds.next().value << first) ^ (seeds.next().value << second) ^ seeds.next().value,
  );
}

let cached: BigUint64Array | undefined;

/**
 * The state after 7.8e12 steps from seed 1. Each number is a linear combination of the 607 starting ones;
 * its coefficients are those of t^steps modulo the recurrence's polynomial t^607 - t^334 - 1.
 */
function cookedTable(): BigUint64Array {
  cached ??= stateAfter(TABLE_STEPS);
  return cached;
}

function stateAfter(steps: bigint): BigUint64Array {
  const seeds = seedSequence(1);
  const start = new BigUint64Array(LENGTH).map(() => mixed(seeds, 20n, 10n));
  // Step n writes its number at place (334 - n) mod 607; before step 1 the places hold x[-606] to x[0].
  const place = (n: number) => (((LENGTH - TAP - n) % LENGTH) + LENGTH) % LENGTH;
  const sequence = new BigUint64Array(2 * LENGTH).map((_, i) => (i < LENGTH ? at(start, place(i + 1)) : 0n));
  for (let i = LENGTH; i < sequence.length; i++) {
    sequence[i] = at(sequence, i - LENGTH) + at(sequence, i - TAP);
  }
  const coefficients = powerOfT(steps);
  const offset = Number(steps % BigInt(LENGTH));
  const state = new BigUint64Array(LENGTH);
  for (let i = 0; i < LENGTH; i++) {
    let sum = 0n;
    for (let k = 0; k < LENGTH; k++) sum += at(coefficients, k) * at(sequence, i + k);
    state[place(i + 1 + offset)] = sum;
  }
  return state;
}

/** t^exponent modulo t^607 - t^334 - 1, coefficients modulo 2^64, lowest first. */
function powerOfT(exponent: bigint): BigUint64Array {
  let power: BigUint64Array = new BigUint64Array(LENGTH);
  power[0] = 1n;
  for (const bit of exponent.toString(2)) {
    power = reduced(product(power, power));
    if (bit === "1") {
      const shifted = new BigUint64Array(LENGTH + 1);
      shifted.set(power, 1);
      power = reduced(shifted);
    }
  }
  return power;
}

/** Multiplies two polynomials as two very large numbers, each coefficient in a field of its own. */
function product(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  // A sum of 607 products of 64 bits needs 138 bits: 36 hexadecimal digits.
  const DIGITS = 36;
  const packed = (p: BigUint64Array) =>
    BigInt(
      `0x${Array.from(p, (c) => c.toString(16).padStart(DIGITS, "0"))
        .reverse()
        .join("")}`,
    );
  const length = a.length + b.length - 1;
  const digits = (packed(a) * packed(b)).toString(16).padStart(length * DIGITS, "0");
  return new BigUint64Array(length).map((_, i) => {
    const end = digits.length - i * DIGITS;
    return BigInt(`0x${digits.slice(end - 16, end)}`);
  });
}

/** Replaces t^607 by t^334 + 1 until nothing above t^606 is left. */
function reduced(p: BigUint64Array): BigUint64Array<ArrayBuffer> {
  const rest = p.slice();
  for (let i = rest.length - 1; i >= LENGTH; i--) {
    const c = at(rest, i);
    rest[i - LENGTH] = at(rest, i - LENGTH) + c;
    rest[i - TAP] = at(rest, i - TAP) + c;
  }
  return rest.slice(0, LENGTH);
}

function at(list: BigUint64Array, index: number): bigint {
  return list[index] ?? 0n;
}
