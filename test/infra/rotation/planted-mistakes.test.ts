import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { planCredentials } from "../../../infra/plan-credentials.ts";
import type { Plan } from "../../../infra/rotation/plan-types.ts";
import type { History } from "../../support/rotation-world/history.ts";
import { simulate } from "../../support/rotation-world/simulate.ts";
import type { Rule } from "../../support/rotation-world/violation.ts";
import type { Planner } from "../../support/rotation-world/world.ts";

/** The real plans with something in them changed. */
function withMistake(mistake: (plan: Plan) => Plan): Planner {
  return (...args) => planCredentials(...args).map((each) => ({ ...each, plan: mistake(each.plan) }));
}

/** A promise of so much less to the holders of the secret before. */
const shortOverlap = withMistake((plan) => {
  const { publish } = plan;
  if (publish?.previous === undefined || plan.action !== "rotate") return plan;
  const retireAfterMs = publish.previous.retireAfterMs - DAY_MS;
  return { ...plan, publish: { ...publish, previous: { ...publish.previous, retireAfterMs } } };
});

/** The new secret goes where the published one is. */
const wrongSlot = withMistake((plan) => {
  if (plan.publish === undefined || plan.action !== "rotate" || plan.current === undefined) return plan;
  const secret = { ...plan.publish.secret, slot: plan.current.slot };
  return { ...plan, publish: { ...plan.publish, secret }, slots: [secret] };
});

const MISTAKES: readonly [what: string, planner: Planner, rule: Rule, steps: number][] = [
  ["an overlap that is a day too short", shortOverlap, "2 readable means usable for the overlap", 4],
  ["a new secret in the published one's slot", wrongSlot, "1 one slot at most, never the published one", 2],
  [
    "no second clock to confirm the end of an overlap",
    (settings, read, memories, nowMs) => planCredentials(settings, read, memories, nowMs),
    "2 readable means usable for the overlap",
    5,
  ],
];

describe("the simulation finds a mistake that is planted in the plan, and shows it in few steps", () => {
  for (const [what, planner, rule, steps] of MISTAKES) {
    it(what, () => {
      let found: History | undefined;
      let message = "";
      for (let seed = 1; seed < 400 && found === undefined; seed += 20) {
        const { violations } = simulate({ seed, histories: 20, steps: 30, planner });
        const shown = violations
          .filter((violation) => violation.message.startsWith(`rule ${rule}`))
          .map((violation) => ({ ...violation, history: JSON.parse(violation.history) as History }))
          .toSorted((one, other) => one.history.steps.length - other.history.steps.length)[0];
        found = shown?.history;
        message = shown?.message ?? "";
      }
      assert.ok(found !== undefined, "nothing was found");
      assert.match(message, new RegExp(`^rule ${rule}: .`));
      assert.ok(found.steps.length <= steps, `${found.steps.length} steps: ${JSON.stringify(found)}`);
      assert.ok(found.credentials.length <= 2, `${found.credentials.length} credentials`);
    });
  }
});
