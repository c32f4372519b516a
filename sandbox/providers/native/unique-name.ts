import { createHash } from "node:crypto";
import { uuidText } from "../../randomness.ts";

const HEX = "0123456789abcdef";
const ROUNDS = 12;
const BLOCK_BYTES = 64;
/** The generator keeps its first 32 bytes for itself, and takes 8 for each character. */
const SKIPPED_BYTES = 32;
const BYTES_PER_CHARACTER = 8;

/**
 * `length` hexadecimal characters that depend on the seed alone: the same that the engine's own library gives
 * (`resource.NewUniqueName`: ChaCha12 with the SHA-256 of the seed as its key), so that a resource has the same
 * name here as in Azure.
 */
export function uniqueHex(randomSeed: Uint8Array, length: number): string {
  const key = createHash("sha256").update(randomSeed).digest();
  const stream = keyStream(key, SKIPPED_BYTES + length * BYTES_PER_CHARACTER);
  return Array.from(
    { length },
    (_, index) => HEX[(stream[SKIPPED_BYTES + index * BYTES_PER_CHARACTER] ?? 0) % HEX.length],
  ).join("");
}

export function uniqueUuid(randomSeed: Uint8Array): string {
  return uuidText(uniqueHex(randomSeed, 32));
}

/** ChaCha with 12 rounds and an all-zero nonce (RFC 8439, section 2.3, has the same block with 20). */
function keyStream(key: Buffer, length: number): Uint8Array {
  const stream = Buffer.alloc(Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES);
  for (let block = 0; block * BLOCK_BYTES < length; block++) {
    const input = Uint32Array.from([
      ...[0x61707865, 0x3320646e, 0x79622d32, 0x6b206574],
      ...Array.from({ length: 8 }, (_, index) => key.readUInt32LE(index * 4)),
      block,
      0,
      0,
      0,
    ]);
    const words = mixed(input);
    for (const [index, word] of words.entries()) {
      stream.writeUInt32LE((word + (input[index] ?? 0)) >>> 0, block * BLOCK_BYTES + index * 4);
    }
  }
  return stream;
}

function mixed(input: Uint32Array): Uint32Array {
  const state = Uint32Array.from(input);
  for (let round = 0; round < ROUNDS; round += 2) {
    for (const column of [0, 1, 2, 3]) quarterRound(state, column, column + 4, column + 8, column + 12);
    quarterRound(state, 0, 5, 10, 15);
    quarterRound(state, 1, 6, 11, 12);
    quarterRound(state, 2, 7, 8, 13);
    quarterRound(state, 3, 4, 9, 14);
  }
  return state;
}

function quarterRound(state: Uint32Array, a: number, b: number, c: number, d: number): void {
  const step = (target: number, added: number, mixedInto: number, bits: number) => {
    state[target] = (state[target] ?? 0) + (state[added] ?? 0);
    const word = (state[mixedInto] ?? 0) ^ (state[target] ?? 0);
    state[mixedInto] = (word << bits) | (word >>> (32 - bits));
  };
  step(a, b, d, 16);
  step(c, d, b, 12);
  step(a, b, d, 8);
  step(c, d, b, 7);
}
