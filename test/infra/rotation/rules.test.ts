import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY_MS } from "../../../infra/duration.ts";
import { seededChance } from "../../support/rotation-world/chance.ts";
import { drawHistory, isSteady } from "../../support/rotation-world/draw-history.ts";
import type { History, Step } from "../../support/rotation-world/history.ts";
import { runHistory } from "../../support/rotation-world/run-history.ts";
import { shrinkHistory } from "../../support/rotation-world/shrink-history.ts";
import type { Rule } from "../../support/rotation-world/violation.ts";

/** Each rule's own histories: random ones, in which what could break it happens often. */
const STEPS = 40;
const HISTORIES = 80;
/** The same histories in every run; `npm run simulate` takes any. */
const SEED = 20270110;

type Lean = (step: Step, chance: ReturnType<typeof seededChance>, index: number) => Step;

const asItComes: Lean = (step) => step;

const LEANS: Readonly<Record<Rule, { lean: Lean; steady?: true }>> = {
  "1 one slot at most, never the published one": {
    lean: (step, chance, index) => ({
      ...step,
      ...(chance.happens(30) && {
        asks: [
          {
            credential: 0,
            request: { id: `more-${index}`, action: chance.pick(["rotate", "rollback", "revoke", "retire"]) },
          },
        ],
      }),
    }),
  },
  "2 readable means usable for the overlap": { lean: asItComes },
  "3 nothing unverified is published": {
    lean: (step, chance) => ({
      ...step,
      ...(chance.happens(50) && {
        refusals: [
          { credential: 0, role: "candidate" as const, kind: chance.pick(["rejected", "unavailable"]) },
        ],
      }),
    }),
  },
  "4 nothing due, nothing changed": {
    // The same update again, soon after.
    lean: (step, chance) => (chance.happens(60) ? { ...step, gap: { kind: "after", ms: 20_000 } } : step),
  },
  "5 a dead update is finished by the next": {
    lean: (step, chance) => ({
      ...step,
      command: "keyturn",
      ...(chance.happens(50) && {
        fault: {
          at: chance.integer(0, 8),
          kind: chance.pick(["killed before", "killed after", "fails", "answer lost"]),
        },
      }),
    }),
  },
  "6 no published secret expires while updates run": { lean: asItComes, steady: true },
  "7 a clock that runs backwards rotates nothing": {
    lean: (step, chance) => ({
      ...step,
      ...(chance.happens(40) && {
        [chance.pick(["behindMs", "behindMs", "aheadMs"])]: chance.integer(1, 4_000) * DAY_MS,
      }),
    }),
  },
  "consumers always hold a working secret": { lean: asItComes, steady: true },
};

/** A history of its own for each seed; a steady one where the rule is about those. */
function historyOf(seed: number, { lean, steady }: { lean: Lean; steady?: true }): History {
  for (let each = seed; ; each += 1_000_003) {
    const history = drawHistory(each, STEPS);
    if (steady === true && !history.steady) continue;
    const chance = seededChance(each + 1);
    const steps = history.steps.map((step, index) => lean(step, chance, index));
    const leant = { ...history, steps };
    // What was drawn as steady is so no longer when more goes wrong in it.
    return { ...leant, steady: history.steady && isSteady(leant) };
  }
}

describe("the rules of rotation hold over random histories", () => {
  for (const [rule, how] of Object.entries(LEANS) as [Rule, (typeof LEANS)[Rule]][]) {
    it(`rule ${rule}`, () => {
      fc.assert(
        fc.property(fc.noShrink(fc.integer({ min: 1, max: 2 ** 30 })), (seed) => {
          const history = historyOf(seed, how);
          const { violation } = runHistory(history);
          // Whatever rule it is: a run ends with the first one that is broken, and shows nothing of the others.
          if (violation === undefined) return;
          const shortest = shrinkHistory(history, violation.error.rule);
          assert.fail(`${runHistory(shortest).violation?.error.message}\n${JSON.stringify(shortest)}`);
        }),
        { numRuns: HISTORIES, seed: SEED },
      );
    });
  }
});
