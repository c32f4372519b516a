const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/**
 * Numbers by GUID, in 20 bytes an entry and half as much again free: a `Map` keyed by text takes five times
 * that, and the audit remembers every object and key of a tenant. Keys that are no GUID, which no directory
 * should hold, go into a `Map`. Open addressing with linear steps; never more than two thirds full.
 */
export class GuidTable {
  #keys = new Uint32Array(4 * 1024);
  #values = new Float32Array(1024);
  /** 0: free. Needed because the GUID of zeros is a GUID too. */
  #used = new Uint8Array(1024);
  #count = 0;
  readonly #others = new Map<string, number>();

  /** How many keys there are. */
  get size(): number {
    return this.#count + this.#others.size;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** The number stored, to 24 bits. */
  get(key: string): number | undefined {
    if (!isGuid(key)) return this.#others.get(key);
    const slot = this.#slot(parse(key));
    return this.#used[slot] === 1 ? this.#values[slot] : undefined;
  }

  /** Stores `value`, in place of what was there. True if the key is new. */
  set(key: string, value = 1): boolean {
    if (!isGuid(key)) {
      const isNew = !this.#others.has(key);
      this.#others.set(key, value);
      return isNew;
    }
    if ((this.#count + 1) * 3 > this.#used.length * 2) this.#grow();
    return this.#put(parse(key), value);
  }

  #put(words: Words, value: number): boolean {
    const slot = this.#slot(words);
    const isNew = this.#used[slot] === 0;
    if (isNew) {
      this.#used[slot] = 1;
      this.#keys.set(words, slot * 4);
      this.#count++;
    }
    this.#values[slot] = value;
    return isNew;
  }

  /** Where the key is, or where it would go. */
  #slot([a, b, c, d]: Words): number {
    const mask = this.#used.length - 1;
    // Mixed, because GUIDs of one source can be alike in many bits.
    let slot = (Math.imul(a ^ c, 0x9e3779b1) ^ Math.imul(b ^ d, 0x85ebca77)) & mask;
    while (this.#used[slot] === 1) {
      const at = slot * 4;
      const keys = this.#keys;
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
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] === 0) continue;
      const at = slot * 4;
      this.#put([keys[at] ?? 0, keys[at + 1] ?? 0, keys[at + 2] ?? 0, keys[at + 3] ?? 0], values[slot] ?? 0);
    }
  }
}

type Words = [number, number, number, number];

function parse(guid: string): Words {
  return [
    Number.parseInt(guid.slice(0, 8), 16),
    Number.parseInt(guid.slice(9, 13) + guid.slice(14, 18), 16),
    Number.parseInt(guid.slice(19, 23) + guid.slice(24, 28), 16),
    Number.parseInt(guid.slice(28), 16),
  ];
}
