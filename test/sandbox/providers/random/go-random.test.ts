import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc64Iso, GoRandom } from "../../../../sandbox/providers/random/go-random.ts";

/** Printed by a Go program: rand.New(rand.NewSource(int64(crc64.Checksum(seed, ISO)))).Intn(…). */
const DRAWN_BY_GO: Record<string, bigint[]> = {
  mailman: [7n, 851918n, 323321050n, 42907114032n, 5n, 0n],
  a: [2n, 411n, 690496441n, 513272940775n, 37n, 0n],
  zzz: [1n, 661754n, 1539405068n, 199709398473n, 12n, 0n],
  ünïcode: [6n, 903054n, 428958200n, 526671291472n, 47n, 0n],
};
const BOUNDS = [10n, 1_000_000n, 1n << 31n, (1n << 40n) + 7n, 64n, 1n];

describe("Go's math/rand", () => {
  for (const [seed, drawn] of Object.entries(DRAWN_BY_GO)) {
    it(`draws what Go draws from the seed "${seed}"`, () => {
      const random = new GoRandom(seed);
      assert.deepEqual(
        BOUNDS.map((bound) => random.below(bound)),
        drawn,
      );
    });
  }

  it("sums as Go's hash/crc64 does", () => {
    // The check value of CRC-64/GO-ISO in https://reveng.sourceforge.io/crc-catalogue/17plus.htm
    assert.equal(crc64Iso("123456789"), 0xb90956c775a41001n);
  });
});
