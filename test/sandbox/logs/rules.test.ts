import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { produce } from "immer";
import { recordLog } from "../../../sandbox/logs/record.ts";
import { evaluateLogRule } from "../../../sandbox/logs/rules/evaluation.ts";
import { logRules, logRulesNotEvaluated } from "../../../sandbox/logs/rules/log-rule.ts";
import { WORKSPACE_ID, watchedWorkspace } from "../../support/log-rules.ts";
import { NOON_MS, TEAM_ID } from "../events/watched-vault.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const CONDITION = {
  criterionType: "StaticThresholdCriterion",
  query: "AppEvents",
  timeAggregation: "Count",
  operator: "GreaterThan",
  threshold: 2,
};

function rule(over: Record<string, unknown> = {}, condition: Record<string, unknown> = {}) {
  return {
    severity: 1,
    enabled: true,
    description: "Too many",
    scopes: [WORKSPACE_ID],
    evaluationFrequency: "PT5M",
    windowSize: "PT10M",
    autoMitigate: true,
    criteria: { allOf: [{ ...CONDITION, ...condition }] },
    actions: { actionGroups: [TEAM_ID] },
    ...over,
  };
}

test("rows that arrive raise an alert at the next evaluation, and it is over three good ones later", async () => {
  const { declare, log, timeline, mails, store } = await watchedWorkspace();
  await declare("many", rule());
  await log("AppEvents", { Name: "a" });
  await log("AppEvents", { Name: "b" });
  await timeline.advance(MINUTE_MS);
  await log("AppEvents", { Name: "c" });
  await log("AppMetrics", { Name: "of another table" });
  await timeline.advance(2 * HOUR_MS);
  // The first two leave the window of ten minutes with the evaluation at 12:15.
  assert.deepEqual(mails(), ["5: Fired many", "25: Resolved many"]);
  const [fired] = store.state.events.alerts;
  assert.equal(fired?.signal, "Log");
  assert.equal(fired?.target, WORKSPACE_ID);
  assert.equal(store.state.events.outbox[0]?.text, "Too many\nCount of rows is 3 (GreaterThan 2)");
});

test("every value of the dimensions is judged by itself; what is excluded is not", async () => {
  const { declare, log, timeline, store } = await watchedWorkspace();
  const dimensions = [{ name: "Name", operator: "Exclude", values: ["c"] }];
  await declare("each", rule({}, { threshold: 1, dimensions }));
  for (const Name of ["a", "a", "b", "c", "c", "d", "d"]) await log("AppEvents", { Name });
  await timeline.advance(5 * MINUTE_MS);
  const texts = store.state.events.outbox.filter(({ via }) => via === "email").map(({ text }) => text);
  assert.deepEqual(texts, [
    "Too many\nName: a\nCount of rows is 2 (GreaterThan 1)",
    "Too many\nName: d\nCount of rows is 2 (GreaterThan 1)",
  ]);
});

for (const [aggregation, fires] of [
  ["Total", 11],
  ["Average", 5.5],
  ["Minimum", 1],
  ["Maximum", 10],
] as const) {
  test(`a column's ${aggregation} is compared`, async () => {
    for (const [threshold, count] of [
      [fires - 0.5, 1],
      [fires, 0],
    ] as const) {
      const { declare, log, timeline, mails } = await watchedWorkspace();
      const condition = {
        query: "AppMetrics",
        timeAggregation: aggregation,
        metricMeasureColumn: "Sum",
        threshold,
      };
      await declare("values", rule({}, condition));
      for (const Sum of [1, 10, null]) await log("AppMetrics", { Sum });
      await timeline.advance(5 * MINUTE_MS);
      assert.equal(mails().length, count);
    }
  });
}

test("no rows are a count of nothing, and no value at all of a column", async () => {
  const { declare, timeline, mails } = await watchedWorkspace();
  await declare("count", rule({}, { operator: "LessThan", threshold: 1 }));
  const column = { query: "AppMetrics", timeAggregation: "Total", metricMeasureColumn: "Sum" };
  await declare("column", rule({}, { ...column, operator: "LessThan", threshold: 1 }));
  await timeline.advance(HOUR_MS);
  assert.deepEqual(mails(), ["5: Fired count"]);
});

test("a rule over several windows wants so many of them to be bad", async () => {
  const { declare, log, timeline, mails } = await watchedWorkspace();
  const failingPeriods = { numberOfEvaluationPeriods: 3, minFailingPeriodsToAlert: 2 };
  await declare("often", rule({ windowSize: "PT5M" }, { threshold: 0, failingPeriods }));
  await log("AppEvents", {});
  await timeline.advance(15 * MINUTE_MS);
  assert.deepEqual(mails(), []);
  await log("AppEvents", {});
  await timeline.advance(5 * MINUTE_MS);
  assert.deepEqual(mails(), [], "one of the last three: the first has gone");
  await log("AppEvents", {});
  await timeline.advance(5 * MINUTE_MS);
  assert.deepEqual(mails(), ["25: Fired often"]);
});

test("a stateless rule speaks at each bad evaluation, or less often if it is muted", async () => {
  for (const [mute, expected] of [
    [undefined, ["5: Fired loud", "10: Fired loud", "15: Fired loud"]],
    ["PT15M", ["5: Fired loud"]],
  ] as const) {
    const { declare, log, timeline, mails } = await watchedWorkspace();
    await declare("loud", rule({ autoMitigate: false, windowSize: "PT15M", muteActionsDuration: mute }));
    for (let n = 0; n < 3; n++) await log("AppEvents", {});
    await timeline.advance(HOUR_MS);
    assert.deepEqual(mails(), expected);
  }
});

test("a query that asks for the time is evaluated as it passes", async () => {
  const { declare, log, timeline, mails } = await watchedWorkspace();
  const query = "AppEvents | where TimeGenerated < ago(20m)";
  await declare("old", rule({ windowSize: "PT1H" }, { query, threshold: 0 }));
  await log("AppEvents", {});
  await timeline.advance(HOUR_MS);
  assert.deepEqual(mails(), ["25: Fired old"]);
});

test("what cannot be evaluated is named, and raises nothing", async () => {
  const { declare, log, timeline, mails, store } = await watchedWorkspace();
  const why = () =>
    Object.fromEntries(
      logRulesNotEvaluated(store.state).map((each) => [each.id.split("/").at(-1), each.why]),
    );
  await declare("join", rule({}, { query: "AppEvents | join AppMetrics on Name", threshold: 0 }));
  await declare("misspelt", rule({}, { query: "AppEvent", threshold: 0 }));
  await declare("dynamic", rule({}, { criterionType: "DynamicThresholdCriterion" }));
  await declare(
    "component",
    rule({ scopes: [`${WORKSPACE_ID.replace("OperationalInsights/workspaces", "Insights/components")}`] }),
  );
  await log("AppEvents", {});
  await timeline.advance(5 * MINUTE_MS);
  const reasons = why();
  assert.match(reasons.join ?? "", /does not evaluate this operator \(JoinOperator\)/);
  assert.match(reasons.misspelt ?? "", /'AppEvent' does not refer to any known/);
  assert.match(reasons.dynamic ?? "", /criteria\.allOf\.0\.criterionType/);
  assert.match(reasons.component ?? "", /its scope is no workspace: .*components\/logs/);
  assert.deepEqual(mails(), []);
  await declare("join", rule({}, { threshold: 0 }));
  await timeline.advance(5 * MINUTE_MS);
  assert.deepEqual(Object.keys(why()).toSorted(), ["component", "dynamic", "misspelt"], "it was put right");
  assert.deepEqual(mails(), ["10: Fired join"]);
});

test("the clock may go back, and alerts are raised anew", async () => {
  const { declare, log, timeline, mails } = await watchedWorkspace();
  await declare("many", rule({}, { threshold: 0 }));
  await timeline.advance(HOUR_MS);
  await timeline.advanceTo(NOON_MS, { allowBackwards: true });
  await log("AppEvents", {});
  await timeline.advance(5 * MINUTE_MS);
  assert.deepEqual(mails(), ["5: Fired many"]);
});

test("old rows, and too many, make room for new ones", async () => {
  const { store, log, timeline } = await watchedWorkspace();
  await log("AppEvents", { Name: "old" });
  await timeline.advance(3 * 24 * HOUR_MS + MINUTE_MS);
  await log("AppEvents", { Name: "new" });
  const rows = () => store.state.logs.workspaces[WORKSPACE_ID.toLowerCase()]?.AppEvents ?? [];
  assert.deepEqual(
    rows().map(({ Name }) => Name),
    ["new"],
  );
  await store.update((draft) => {
    for (let n = 0; n < 5000; n++)
      recordLog(draft.logs, WORKSPACE_ID, "AppEvents", { TimeGenerated: draft.clock.nowMs, Name: `${n}` });
  });
  assert.equal(rows().length, 5000);
  assert.equal(rows()[0]?.Name, "0");
});

const scenarios = fc.record({
  lateness: fc.constantFrom(0, 3, 30, 90),
  minutes: fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 15 }),
  frequency: fc.constantFrom("PT1M", "PT5M", "PT15M", "PT1H"),
  window: fc.constantFrom("PT5M", "PT15M", "PT1H"),
  threshold: fc.integer({ min: 0, max: 2 }),
  operator: fc.constantFrom("GreaterThan", "LessThan"),
  autoMitigate: fc.boolean(),
  asksForTime: fc.boolean(),
  periods: fc.integer({ min: 1, max: 3 }),
});

async function prepared(scenario: typeof scenarios extends fc.Arbitrary<infer T> ? T : never) {
  const { minutes, frequency, window, threshold, operator, autoMitigate, asksForTime, periods, lateness } =
    scenario;
  const workspace = await watchedWorkspace();
  await workspace.declare(
    "any",
    rule(
      { evaluationFrequency: frequency, windowSize: window, autoMitigate },
      {
        query: asksForTime ? "AppEvents | where TimeGenerated > ago(3m)" : "AppEvents",
        ...{ threshold, operator },
        failingPeriods: { numberOfEvaluationPeriods: periods, minFailingPeriodsToAlert: 1 },
      },
    ),
  );
  await workspace.store.update((draft) => {
    draft.logs.delays = { AppEvents: lateness * MINUTE_MS };
    for (const minute of minutes.toSorted((a, b) => a - b)) {
      recordLog(draft.logs, WORKSPACE_ID, "AppEvents", { TimeGenerated: NOON_MS + minute * MINUTE_MS });
    }
  });
  return workspace;
}

test("evaluating only where something can change gives what evaluating at every moment would", async () => {
  await fc.assert(
    fc.asyncProperty(scenarios, async (scenario) => {
      const { store, timeline } = await prepared(scenario);
      const [found] = logRules(store.state);
      assert.ok(found !== undefined);
      const everyMoment = produce(store.state, (draft) => {
        for (let ms = NOON_MS + found.frequencyMs; ms <= NOON_MS + 8 * HOUR_MS; ms += found.frequencyMs)
          evaluateLogRule(store.state, draft, found, ms);
      });
      await timeline.advance(8 * HOUR_MS);
      assert.deepEqual(store.state.events.outbox, everyMoment.events.outbox);
      assert.deepEqual(store.state.events.alerts, everyMoment.events.alerts);
    }),
    { numRuns: 40 },
  );
});

test("however the time is cut into steps, the same messages are sent at the same moments", async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 90 * MINUTE_MS }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(scenarios, steps, async (scenario, spans) => {
      const [once, often] = await Promise.all([prepared(scenario), prepared(scenario)]);
      await once.timeline.advance(spans.reduce((sum, span) => sum + span, 0));
      for (const span of spans) await often.timeline.advance(span);
      assert.deepEqual(often.store.state.events.outbox, once.store.state.events.outbox);
    }),
    { numRuns: 30 },
  );
});
