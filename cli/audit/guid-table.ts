/** Four words of 32 bits. */
type Words = Uint32Array & { readonly length: 4 };

const scratch = new Uint32Array(4) as Words;

/**
 * `text` in lower case if it is a GUID with dashes and without braces, else undefined. Graph writes them in lower case
 * already, so that mostly nothing is made anew.
 */
export function lowerGuid(text: string): string | undefined {
  if (text.length !== 36) return undefined;
  let kinds = 0;
  for (let at = 0; at < 36; at++) {
    const code = text.charCodeAt(at);
    if (at === 8 || at === 13 || at === 18 || at === 23) kinds |= code === DASH ? 0 : OTHER;
    else kinds |= code < 128 ? (KINDS[code] ?? OTHER) : OTHER;
  }
  if ((kinds & OTHER) !== 0) return undefined;
  return (kinds & UPPER) === 0 ? text : text.toLowerCase();
}

const UPPER = 1;
const OTHER = 2;

/** What each character is: 0 a hexadecimal digit in lower case. */
const KINDS = new Uint8Array(128).fill(OTHER);
for (const digit of "0123456789abcdef") {
  KINDS[digit.toUpperCase().charCodeAt(0)] = UPPER;
  KINDS[digit.charCodeAt(0)] = 0;
}

/**
 * Reads a GUID into `words`; false if it is none. By hand: a scan of a big tenant asks this a million times,
 * and to match an expression and cut the text in slices takes several times as long.
 */
function parseGuid(text: string, words: Words): boolean {
  if (text.length !== 36) return false;
  if (text.charCodeAt(8) !== DASH || text.charCodeAt(13) !== DASH) return false;
  if (text.charCodeAt(18) !== DASH || text.charCodeAt(23) !== DASH) return false;
  invalid = 0;
  words[0] = readHex(text, 0, 8, 0);
  words[1] = readHex(text, 14, 18, readHex(text, 9, 13, 0));
  words[2] = readHex(text, 24, 28, readHex(text, 19, 23, 0));
  words[3] = readHex(text, 28, 36, 0);
  return invalid === 0;
}

const DASH = 0x2d;

/** The value of each character as a hexadecimal digit; negative: it is none. */
const DIGITS = new Int8Array(128).fill(-1);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Not 0 as soon as a character was no digit. */
let invalid = 0;

/** The digits from `from` up to `to`, after those of `word`. */
function readHex(text: string, from: number, to: number, word: number): number {
  let result = word;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const digit = code < 128 ? (DIGITS[code] ?? -1) : -1;
    invalid |= digit & 0x80;
    result = (result << 4) | (digit & 15);
  }
  return result;
}

/** What a `GuidTable` is made of. */
export interface SharedGuids {
  keys: Uint32Array;
  values: Float32Array;
  used: Uint8Array;
  count: number;
  others: ReadonlyMap<string, number>;
}

function inSharedMemory<T extends Uint32Array | Float32Array | Uint8Array>(
  array: T,
  Kind: new (memory: SharedArrayBuffer) => T,
): T {
  const shared = new Kind(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}

/**
 * Numbers by GUID, in 21 bytes an entry and a quarter as much again free at the least: a `Map` keyed by text takes five times
 * that, and the audit remembers every object and key of a tenant. Keys that are no GUID, which no directory
 * should hold, go into a `Map`. Open addressing with linear steps; never more than four fifths full.
 */
export class GuidTable {
  #keys: Uint32Array = new Uint32Array(4 * 1024);
  #values: Float32Array = new Float32Array(1024);
  /** 0: free. Needed because the GUID of zeros is a GUID too. */
  #used: Uint8Array = new Uint8Array(1024);
  #count = 0;
  readonly #others = new Map<string, number>();

  /** The table that `shared` is of: for reading, in any number of threads. */
  static of({ keys, values, used, count, others }: SharedGuids): GuidTable {
    const table = new GuidTable();
    table.#keys = keys;
    table.#values = values;
    table.#used = used;
    table.#count = count;
    for (const [key, value] of others) table.#others.set(key, value);
    return table;
  }

  /** A copy as plain data, in memory that every thread it is sent to reads, without a copy for each. */
  shared(): SharedGuids {
    return {
      keys: inSharedMemory(this.#keys, Uint32Array),
      values: inSharedMemory(this.#values, Float32Array),
      used: inSharedMemory(this.#used, Uint8Array),
      count: this.#count,
      others: this.#others,
    };
  }

  /** How many keys there are. */
  get size(): number {
    return this.#count + this.#others.size;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The number stored, to 24 bits. */
  get(key: string): number | undefined {
    if (!parseGuid(key, scratch)) return this.#others.get(key);
    const slot = this.#slot(scratch);
    return this.#used[slot] === 1 ? this.#values[slot] : undefined;
  }

  /** Stores `value`, in place of what was there. True if the key is new. */
  set(key: string, value = 1): boolean {
    if (!parseGuid(key, scratch)) {
      const isNew = !this.#others.has(key);
      this.#others.set(key, value);
      return isNew;
    }
    return this.#put(scratch, value);
  }

  #put(words: Words, value: number): boolean {
    if ((this.#count + 1) * 5 > this.#used.length * 4) this.#grow();
    const slot = this.#slot(words);
    const isNew = this.#used[slot] === 0;
    if (isNew) {
      this.#used[slot] = 1;
      for (let word = 0; word < 4; word++) this.#keys[slot * 4 + word] = words[word] ?? 0;
      this.#count++;
    }
    this.#values[slot] = value;
    return isNew;
  }

  /** Where the key is, or where it would go. */
  #slot(words: Words): number {
    const keys = this.#keys;
    const mask = this.#used.length - 1;
    const a = words[0] ?? 0;
    const b = words[1] ?? 0;
    const c = words[2] ?? 0;
    const d = words[3] ?? 0;
    // Mixed, because GUIDs of one source can be alike in many bits, and so that the high ones count, too.
    const mixed = Math.imul(a ^ c, 0x9e3779b1) ^ Math.imul(b ^ d, 0x85ebca77);
    let slot = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    slot = (slot ^ (slot >>> 13)) & mask;
    while (this.#used[slot] === 1) {
      const at = slot * 4;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [keys, values, used] = [this.#keys, this.#values, this.#used];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Float32Array(values.length * 2);
    this.#used = new Uint8Array(used.length * 2);
    this.#count = 0;
    const words = new Uint32Array(4) as Words;
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] !== 1) continue;
      for (let word = 0; word < 4; word++) words[word] = keys[slot * 4 + word] ?? 0;
      this.#put(words, values[slot] ?? 0);
    }
    // Given back at once, and not when somebody collects garbage.
    for (const { buffer } of [keys, values, used]) if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
