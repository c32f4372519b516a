import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { produce } from "immer";
import { evaluate } from "../../../sandbox/events/metric-evaluation.ts";
import { metricRules } from "../../../sandbox/events/metric-rule.ts";
import { recordMetric } from "../../../sandbox/events/metrics.ts";
import { NOON_MS, SUBSCRIPTION, secondsOf, TEAM_ID, TO_TEAM, watchedVault } from "../events/watched-vault.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const APP_ID = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Insights/components/mail`;
const RULE_ID = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Insights/metricAlerts/late`;

/** What there is to happen: secrets that expire, values that were measured, rules that judge them. */
const scenarios = fc.record({
  expiriesInDays: fc.array(fc.integer({ min: -5, max: 100 }), { maxLength: 5 }),
  samples: fc.array(
    fc.record({ minute: fc.integer({ min: -10, max: 200 }), value: fc.integer({ min: 0, max: 20 }) }),
    {
      maxLength: 30,
    },
  ),
  frequency: fc.constantFrom("PT1M", "PT5M", "PT15M"),
  window: fc.constantFrom("PT5M", "PT15M", "PT1H"),
  autoMitigate: fc.boolean(),
});

type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

async function prepared({ expiriesInDays, samples, frequency, window, autoMitigate }: Scenario) {
  const vault = await watchedVault();
  await vault.subscribe("alerts", { destination: TO_TEAM });
  await vault.put(RULE_ID, "Microsoft.Insights/metricAlerts", {
    ...{
      severity: 2,
      enabled: true,
      scopes: [APP_ID],
      evaluationFrequency: frequency,
      windowSize: window,
      autoMitigate,
    },
    criteria: {
      "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
      allOf: [
        {
          ...{ name: "c", criterionType: "StaticThresholdCriterion", metricName: "m" },
          ...{ operator: "GreaterThan", threshold: 10, timeAggregation: "Average" },
        },
      ],
    },
    actions: [{ actionGroupId: TEAM_ID }],
  });
  for (const [index, days] of expiriesInDays.entries()) {
    await vault.setSecret({ secretName: `s${index}`, expires: secondsOf(NOON_MS + days * DAY_MS) });
  }
  await vault.store.update((draft) => {
    for (const { minute, value } of samples) {
      const sample = { resourceId: APP_ID, namespace: null, name: "m", dimensions: {}, value };
      recordMetric(draft.events, { ...sample, atMs: NOON_MS + minute * MINUTE_MS });
    }
  });
  return vault;
}

test("however the time is cut into steps, the same messages are sent at the same moments", async () => {
  const spans = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 90 * MINUTE_MS }), fc.integer({ min: 0, max: 60 * DAY_MS })),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(scenarios, spans, async (scenario, steps) => {
      const [once, often] = await Promise.all([prepared(scenario), prepared(scenario)]);
      await once.timeline.advance(steps.reduce((sum, step) => sum + step, 0));
      for (const step of steps) await often.timeline.advance(step);
      assert.deepEqual(often.store.state.events.outbox, once.store.state.events.outbox);
      assert.deepEqual(often.store.state.events.alerts, once.store.state.events.alerts);
      assert.equal(often.store.state.clock.nowMs, once.store.state.clock.nowMs);
    }),
    { numRuns: 60 },
  );
});

test("evaluating only where something can change gives what evaluating at every moment would", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const { store, timeline } = await prepared({ ...scenario, expiriesInDays: [] });
      const everyMoment = produce(store.state, (draft) => {
        const [rule] = metricRules(store.state);
        assert.ok(rule);
        for (let ms = NOON_MS + rule.frequencyMs; ms <= NOON_MS + DAY_MS; ms += rule.frequencyMs) {
          evaluate(store.state, draft.events, rule, ms);
        }
      });
      await timeline.advance(DAY_MS);
      assert.deepEqual(store.state.events.outbox, everyMoment.events.outbox);
      assert.deepEqual(store.state.events.alerts, everyMoment.events.alerts);
    }),
    { numRuns: 40 },
  );
});

test("messages are sent in the order of their moments, none before the present and none after it", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, fc.integer({ min: 0, max: 120 * DAY_MS }), async (scenario, byMs) => {
      const { store, timeline } = await prepared(scenario);
      const { messages, fromMs, toMs } = await timeline.advance(byMs);
      const moments = messages.map(({ when }) => Date.parse(when));
      assert.deepEqual(
        moments,
        moments.toSorted((a, b) => a - b),
      );
      assert.ok(moments.every((ms) => ms >= fromMs && ms <= toMs));
      assert.equal(store.state.clock.nowMs, NOON_MS + byMs);
      // Nothing is left that should have happened.
      assert.deepEqual((await timeline.advance(0)).messages, []);
    }),
    { numRuns: 40 },
  );
});

test("the clock goes back only when that is asked for", async () => {
  const { timeline, store } = await watchedVault();
  await timeline.advance(DAY_MS);
  await assert.rejects(timeline.advanceTo(NOON_MS), {
    name: "BackwardsError",
    message:
      "It is 2025-01-02T12:00:00Z in the sandbox: 2025-01-01T12:00:00Z has passed. Moving the clock back must be asked for (--allow-backwards).",
  });
  assert.equal(store.state.clock.nowMs, NOON_MS + DAY_MS);
  const report = await timeline.advanceTo(NOON_MS, { allowBackwards: true });
  assert.deepEqual(report, { fromMs: NOON_MS + DAY_MS, toMs: NOON_MS, messages: [] });
  assert.equal(store.state.clock.nowMs, NOON_MS);
});
