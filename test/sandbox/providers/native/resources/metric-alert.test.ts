import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "monitor:MetricAlert";
const condition = {
  criterionType: "StaticThresholdCriterion",
  name: "age",
  metricName: "mail.oldest_unsent.age",
  metricNamespace: "azure.applicationinsights",
  operator: "GreaterThan",
  threshold: 300,
  timeAggregation: "Maximum",
  skipMetricValidation: true,
};
const odataType = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria";
const conditions = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...condition, name: `age${index}` }));
const NEWS: Properties = {
  resourceGroupName: "sell",
  location: "global",
  enabled: true,
  severity: 1,
  scopes: [`${GROUP}/providers/Microsoft.Insights/components/app`],
  evaluationFrequency: "PT1M",
  windowSize: "PT5M",
  criteria: { odataType, allOf: [condition] },
  actions: [{ actionGroupId: `${GROUP}/providers/Microsoft.Insights/actionGroups/team` }],
};

async function withGroup() {
  const fixture = new NativeFixture();
  await fixture.group();
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withGroup(), {
      type: TYPE,
      name: "old-mail",
      news: NEWS,
      change: { criteria: { odataType, allOf: [{ ...condition, threshold: 600 }] } },
      fromAzure: ["id", "name", "type", "isMigrated", "lastUpdatedTime"],
    });
  });

  it("is kept as Azure's own body has it", async () => {
    const fixture = await withGroup();
    const { id, outputs } = await fixture.declare(TYPE, "old-mail", NEWS);
    const stored = Object.values(fixture.state.arm.resources).find((resource) => resource.id === id);
    assert.deepEqual(stored?.properties.criteria, { "odata.type": odataType, allOf: [condition] });
    assert.deepEqual(outputs.criteria, { odataType, allOf: [condition] });
  });

  it("takes what Azure takes", async () => {
    const fixture = await withGroup();
    const cases: [Properties, string][] = [
      [{ severity: 5 }, "Severity is 5"],
      [{ evaluationFrequency: "PT2M" }, "EvaluationFrequency is PT2M"],
      [{ windowSize: "PT10M" }, "WindowSize is PT10M"],
      [{ evaluationFrequency: "PT15M" }, "is more than WindowSize PT5M"],
      [{ scopes: [] }, "at least one scope"],
      [{ criteria: { odataType, allOf: conditions(6) } }, "at most 5 conditions"],
      [
        { criteria: { odataType, allOf: [{ ...condition, timeAggregation: "p95" }] } },
        "TimeAggregation is p95",
      ],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "old-mail", { ...NEWS, ...change }), text);
    }
    await fixture.declare(TYPE, "five", { ...NEWS, criteria: { odataType, allOf: conditions(5) } });
  });
});
