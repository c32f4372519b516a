import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulate } from "../../support/rotation-world/simulate.ts";

/** Ten thousand histories in parts, so that one that hangs is found. `npm run simulate` takes any number. */
const PARTS = 8;
const HISTORIES_OF_A_PART = 1_250;
const STEPS = 30;

describe("random histories of updates, faults, requests and clocks keep the seven rules", () => {
  for (let part = 0; part < PARTS; part++) {
    it(`histories from seed ${part * HISTORIES_OF_A_PART + 1} on`, () => {
      const report = simulate({
        seed: part * HISTORIES_OF_A_PART + 1,
        histories: HISTORIES_OF_A_PART,
        steps: STEPS,
      });
      assert.deepEqual(report.violations, []);
      assert.equal(report.consumerHours.withoutSecret, 0);
      // The histories are worth something only if much happens in them.
      assert.ok(report.updates > 20 * HISTORIES_OF_A_PART, `${report.updates} updates`);
      for (const action of ["create", "rotate", "revoke", "rollback"]) {
        assert.ok(
          (report.published[action] ?? 0) > 100,
          `${report.published[action]} published by ${action}`,
        );
      }
      assert.ok((report.endedOtherwise.killed ?? 0) > 500, `${report.endedOtherwise.killed} killed`);
    });
  }
});

describe("the simulation", () => {
  it("is the same for the same seed", () => {
    const args = { seed: 4711, histories: 20, steps: STEPS };
    assert.deepEqual(simulate(args), simulate(args));
  });
});
