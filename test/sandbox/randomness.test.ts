import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  cryptoRandomness,
  integerBetween,
  type Randomness,
  seededRandomness,
} from "../../sandbox/randomness.ts";

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("randomness", () => {
  it("makes version 4 UUIDs, never the same twice", () => {
    for (const randomness of [cryptoRandomness(), seededRandomness(1)]) {
      const drawn = Array.from({ length: 200 }, () => randomness.uuid());
      for (const uuid of drawn) assert.match(uuid, UUID_V4);
      assert.equal(new Set(drawn).size, drawn.length);
    }
  });

  it("gives the same bytes for the same seed, however they are taken", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat({ max: 70 }), { minLength: 1 }), (seed, sizes) => {
        const parts = seededRandomness(seed);
        const taken = Buffer.concat(sizes.map((size) => parts.bytes(size)));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        assert.deepEqual(taken, Buffer.from(seededRandomness(seed).bytes(total)));
      }),
    );
    assert.notDeepEqual(seededRandomness(1).bytes(16), seededRandomness(2).bytes(16));
  });

  it("draws whole numbers within bounds and reaches each of them", () => {
    const randomness = seededRandomness("range");
    const seen = new Set(Array.from({ length: 300 }, () => integerBetween(randomness, -2, 3)));
    assert.deepEqual(
      [...seen].sort((a, b) => a - b),
      [-2, -1, 0, 1, 2, 3],
    );
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const drawn = integerBetween(randomness, min, max);
        assert.ok(Number.isInteger(drawn) && drawn >= min && drawn <= max);
      }),
    );
  });

  it("throws draws away that would favour low numbers", () => {
    const draws = [Buffer.from("ffffffffffff", "hex"), Buffer.from("000000000001", "hex")];
    const scripted: Randomness = {
      bytes: () => draws.shift() ?? assert.fail("drew too often"),
      uuid: () => assert.fail("no uuid wanted"),
    };
    assert.equal(integerBetween(scripted, 0, 2), 1);
    assert.equal(draws.length, 0);
  });

  it("refuses an empty range", () => {
    assert.throws(() => integerBetween(seededRandomness(0), 3, 2), RangeError);
  });
});
