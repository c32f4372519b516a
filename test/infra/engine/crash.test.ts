import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PHASES, survive } from "../../support/crash-phases.ts";

// A few points of each phase; `npm run crash-points` tries every one.
const POINTS: Readonly<Record<string, readonly (readonly [n: number, after: boolean])[]>> = {
  "first deployment": [
    [5, true],
    [8, false],
    [10, true],
  ],
  rotation: [
    [2, true],
    [3, true],
  ],
  retirement: [[1, true]],
  revocation: [[2, true]],
};

for (const phase of PHASES) {
  describe(`an engine that is killed half-way through a ${phase.name}`, () => {
    for (const [n, after] of POINTS[phase.name] ?? []) {
      const when = after ? "after it was carried out" : "before it was carried out";
      it(`at operation ${n}, ${when}, leaves nothing that keyturn up does not settle`, async (t) => {
        assert.equal(await survive(t, phase, n, after), "killed");
      });
    }
  });
}
