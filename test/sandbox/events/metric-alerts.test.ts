import assert from "node:assert/strict";
import { test } from "node:test";
import { metricRulesNotEvaluated } from "../../../sandbox/events/metric-rule.ts";
import { recordMetric } from "../../../sandbox/events/metrics.ts";
import { NOON_MS, SUBSCRIPTION, TEAM_ID, watchedVault } from "./watched-vault.ts";

const MINUTE_MS = 60_000;
const APP_ID = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Insights/components/mail`;
const RULE_ID = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Insights/metricAlerts/late`;

const CRITERION = {
  name: "late",
  criterionType: "StaticThresholdCriterion",
  metricName: "oldest_unsent_seconds",
  operator: "GreaterThan",
  threshold: 300,
  timeAggregation: "Maximum",
};

function rule(over: Record<string, unknown> = {}, criterion: Record<string, unknown> = {}) {
  return {
    severity: 1,
    enabled: true,
    description: "Mail waits too long",
    scopes: [APP_ID],
    evaluationFrequency: "PT1M",
    windowSize: "PT5M",
    criteria: {
      "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
      allOf: [{ ...CRITERION, ...criterion }],
    },
    autoMitigate: true,
    actions: [{ actionGroupId: TEAM_ID }],
    ...over,
  };
}

/** A metric alert rule, and values that arrive minute by minute. */
async function watched(properties: Record<string, unknown>) {
  const vault = await watchedVault();
  await vault.put(RULE_ID, "Microsoft.Insights/metricAlerts", properties);
  const record = (value: number, dimensions: Record<string, string> = {}, name = CRITERION.metricName) =>
    vault.store.update((draft) => {
      const sample = { resourceId: APP_ID, namespace: null, name, dimensions, value };
      recordMetric(draft.events, { ...sample, atMs: draft.clock.nowMs });
    });
  /** The alerts, as `minutes after noon: condition`. */
  const mails = () =>
    vault.store.state.events.outbox
      .filter(({ via }) => via === "email")
      .map(({ when, alert }) => `${(Date.parse(when) - NOON_MS) / MINUTE_MS}: ${alert?.condition}`);
  return { ...vault, record, mails };
}

test("an alert fires once while the condition holds, and resolves after three healthy evaluations", async () => {
  const { record, timeline, mails, store } = await watched(rule());
  for (const value of [10, 400, 500, 20, 20, 20, 20, 20, 20, 20, 20, 20]) {
    await record(value);
    await timeline.advance(MINUTE_MS);
  }
  // 500 arrives in minute 2 and is in the window of five minutes for the last time at minute 7.
  assert.deepEqual(mails(), ["2: Fired", "10: Resolved"]);
  const [fired, , resolved] = store.state.events.outbox;
  assert.match(fired?.what ?? "", /^Fired: Sev1 Azure Monitor alert late on mail at 2025-01-01T12:02:00Z$/);
  assert.equal(fired?.text, "Mail waits too long\nMaximum of oldest_unsent_seconds is 400 (GreaterThan 300)");
  assert.equal(resolved?.alert?.id, fired?.alert?.id);
  const [alert] = store.state.events.alerts;
  assert.equal(alert?.condition, "Resolved");
  assert.equal(alert?.resolvedAt, "2025-01-01T12:10:00Z");
});

test("a silent metric neither fires nor resolves", async () => {
  const { record, timeline, mails } = await watched(rule());
  await record(400);
  await timeline.advance(24 * 60 * MINUTE_MS);
  assert.deepEqual(mails(), ["1: Fired"]);
  for (let n = 0; n < 4; n++) {
    await record(1);
    await timeline.advance(MINUTE_MS);
  }
  assert.deepEqual(mails(), ["1: Fired", `${24 * 60 + 3}: Resolved`]);
});

test("a stateless rule speaks again while the condition holds, and never of a resolution", async () => {
  const { record, timeline, mails } = await watched(
    rule({ autoMitigate: false, evaluationFrequency: "PT5M" }),
  );
  for (let n = 0; n < 20; n++) {
    await record(n < 12 ? 400 : 1);
    await timeline.advance(MINUTE_MS);
  }
  assert.deepEqual(mails(), ["5: Fired", "10: Fired", "15: Fired"]);
});

for (const [aggregation, values, fires] of [
  ["Average", [200, 500], true],
  ["Average", [100, 500], false],
  ["Minimum", [301, 900], true],
  ["Minimum", [300, 900], false],
  ["Total", [151, 150], true],
  ["Total", [150, 150], false],
] as const) {
  test(`${aggregation} of ${values.join(" and ")} ${fires ? "is" : "is not"} more than 300`, async () => {
    const { record, timeline, mails } = await watched(rule({}, { timeAggregation: aggregation }));
    for (const value of values) await record(value);
    await timeline.advance(MINUTE_MS);
    assert.equal(mails().length, fires ? 1 : 0);
  });
}

test("dimensions that a rule names are judged one by one, the others together", async () => {
  const dimensions = [{ name: "credential", operator: "Include", values: ["*"] }];
  const { record, timeline, mails, store } = await watched(
    rule({}, { dimensions, timeAggregation: "Total" }),
  );
  await record(200, { credential: "a", host: "1" });
  await record(200, { credential: "a", host: "2" });
  await record(200, { credential: "b", host: "1" });
  await timeline.advance(MINUTE_MS);
  assert.deepEqual(mails(), ["1: Fired"]);
  const [alert] = store.state.events.alerts;
  assert.equal(alert?.target, APP_ID);
});

test("excluded dimension values, other metrics and other resources do not count", async () => {
  const dimensions = [{ name: "credential", operator: "Exclude", values: ["a"] }];
  const { record, timeline, mails, store } = await watched(rule({}, { dimensions }));
  await record(900, { credential: "a" });
  await record(900, { credential: "b" }, "another_metric");
  await store.update((draft) => {
    recordMetric(draft.events, {
      ...{ resourceId: `${APP_ID}-2`, namespace: null, name: CRITERION.metricName },
      ...{ dimensions: { credential: "b" }, value: 900, atMs: NOON_MS },
    });
  });
  await timeline.advance(10 * MINUTE_MS);
  assert.deepEqual(mails(), []);
  await record(900, { credential: "b" });
  await timeline.advance(MINUTE_MS);
  assert.deepEqual(mails(), ["11: Fired"]);
});

test("all conditions of a rule must hold at once", async () => {
  const second = { ...CRITERION, name: "many", metricName: "queue_length", threshold: 10 };
  const criteria = { ...rule().criteria, allOf: [CRITERION, second] };
  const { record, timeline, mails } = await watched(rule({ criteria }));
  await record(900);
  await timeline.advance(MINUTE_MS);
  assert.deepEqual(mails(), []);
  await record(11, {}, "queue_length");
  await timeline.advance(MINUTE_MS);
  assert.deepEqual(mails(), ["2: Fired"]);
});

test("a changed threshold is judged at the next evaluation; a rule that is off is not", async () => {
  const { record, timeline, mails, put } = await watched(rule({ windowSize: "PT1H" }, { threshold: 1000 }));
  await record(900);
  await timeline.advance(10 * MINUTE_MS + 1000);
  assert.deepEqual(mails(), []);
  await put(RULE_ID, "Microsoft.Insights/metricAlerts", rule({ enabled: false, windowSize: "PT1H" }));
  await timeline.advance(5 * MINUTE_MS);
  assert.deepEqual(mails(), []);
  await put(RULE_ID, "Microsoft.Insights/metricAlerts", rule({ windowSize: "PT1H" }));
  await timeline.advance(5 * MINUTE_MS);
  assert.deepEqual(mails(), ["16: Fired"]);
});

test("rules that cannot be evaluated are named, not passed over", async () => {
  const { put, store, timeline } = await watched(rule());
  assert.deepEqual(metricRulesNotEvaluated(store.state), []);
  const dynamic = `${RULE_ID}-dynamic`;
  await put(
    dynamic,
    "Microsoft.Insights/metricAlerts",
    rule({}, { criterionType: "DynamicThresholdCriterion" }),
  );
  assert.deepEqual(metricRulesNotEvaluated(store.state), [
    { id: dynamic, why: "not a rule of static thresholds over metrics" },
  ]);
  await timeline.advance(MINUTE_MS);
});
