import { createHash, randomBytes } from "node:crypto";

/** Where everything in the sandbox gets chance from: ids, secret values, the `random` provider's results. */
export interface Randomness {
  /** `n` random bytes. */
  bytes(n: number): Uint8Array;
  /** A random UUID (version 4, RFC 9562). */
  uuid(): string;
}

/** Unpredictable, for real use: the operating system's generator. */
export function cryptoRandomness(): Randomness {
  const bytes = (n: number) => new Uint8Array(randomBytes(n));
  return { bytes, uuid: () => uuidOf(bytes(16)) };
}

/** The same sequence for the same seed, for tests: SHA-256 in counter mode. Not for secrets that matter. */
export function seededRandomness(seed: number | string): Randomness {
  let counter = 0;
  let pool: Uint8Array = new Uint8Array();
  const bytes = (n: number) => {
    const result = new Uint8Array(n);
    let filled = 0;
    while (filled < n) {
      if (pool.length === 0) {
        pool = new Uint8Array(createHash("sha256").update(`${seed}/${counter++}`).digest());
      }
      const part = pool.subarray(0, n - filled);
      result.set(part, filled);
      pool = pool.subarray(part.length);
      filled += part.length;
    }
    return result;
  };
  return { bytes, uuid: () => uuidOf(bytes(16)) };
}

/**
 * A whole number from `min` to `max`, both included, each equally likely: draws that would favour the
 * low numbers are thrown away. The range may hold at most 2^48 numbers.
 */
export function integerBetween(randomness: Randomness, min: number, max: number): number {
  const size = max - min + 1;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || size < 1 || size > 2 ** 48) {
    throw new RangeError(`no range of whole numbers: ${min} to ${max}`);
  }
  const limit = 2 ** 48 - (2 ** 48 % size);
  for (;;) {
    const drawn = Buffer.from(randomness.bytes(6)).readUIntBE(0, 6);
    if (drawn < limit) return min + (drawn % size);
  }
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(
    bytes.map((byte, i) => (i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte)),
  ).toString("hex");
  return uuidText(hex);
}

/** 32 hexadecimal digits in a UUID's groups. */
export function uuidText(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
