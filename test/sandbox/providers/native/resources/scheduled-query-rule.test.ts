import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "monitor:ScheduledQueryRule";
const condition = { query: "AppEvents", timeAggregation: "Count", operator: "GreaterThan", threshold: 0 };
const NEWS: Properties = {
  resourceGroupName: "sell",
  scopes: [`${GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`],
  severity: 2,
  enabled: true,
  evaluationFrequency: "PT5M",
  windowSize: "PT15M",
  criteria: { allOf: [condition] },
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
      name: "slow",
      news: NEWS,
      change: { criteria: { allOf: [{ ...condition, threshold: 5 }] }, severity: 1 },
      fromAzure: ["id", "name", "type", "createdWithApiVersion", "isLegacyLogAnalyticsRule", "etag"],
    });
  });

  it("cannot change its scopes, though the provider plans it in place", async () => {
    const fixture = await withGroup();
    const rule = await fixture.declare(TYPE, "slow", NEWS);
    const scopes = [`${GROUP}/providers/Microsoft.Insights/components/app`];
    assert.deepEqual((await fixture.diff(rule, { ...NEWS, scopes })).replaces, []);
    await refused(
      fixture.update(rule, { ...NEWS, scopes }),
      'Status=400 Code="BadRequest" Message="Scope can not be updated"',
    );
    await fixture.update(rule, {
      ...NEWS,
      scopes: (NEWS.scopes as string[]).map((scope) => scope.toUpperCase()),
    });
  });

  it("takes the frequencies, windows and conditions that Azure takes", async () => {
    const fixture = await withGroup();
    const cases: [Properties, string][] = [
      [{ evaluationFrequency: "PT7M" }, "EvaluationFrequency of PT7M is not supported"],
      [{ windowSize: "P3D" }, "WindowSize of P3D is not supported"],
      [{ windowSize: "15 minutes" }, "WindowSize of 15 minutes is not supported"],
      [{ evaluationFrequency: "PT1M", windowSize: "P1D" }, "at most PT6H"],
      [{ evaluationFrequency: "PT1H" }, "more than WindowSize times the evaluation periods"],
      [{ muteActionsDuration: "PT5M" }, "with AutoMitigate cannot have a MuteActionsDuration"],
      [{ muteActionsDuration: "PT1M", autoMitigate: false }, "MuteActionsDuration of PT1M is not supported"],
      [{ severity: 5 }, "Severity is 5; allowed are 0 to 4"],
      [{ scopes: [] }, "at least one scope"],
      [{ criteria: { allOf: [] } }, "at least one condition"],
      [
        {
          criteria: {
            allOf: [
              { ...condition, failingPeriods: { numberOfEvaluationPeriods: 2, minFailingPeriodsToAlert: 3 } },
            ],
          },
        },
        "MinFailingPeriodsToAlert is more than",
      ],
      [
        {
          criteria: {
            allOf: [
              {
                ...condition,
                dimensions: Array.from({ length: 7 }, (_, index) => ({
                  name: `d${index}`,
                  operator: "Include",
                  values: ["*"],
                })),
              },
            ],
          },
        },
        "at most 6 dimensions",
      ],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "slow", { ...NEWS, ...change } as Properties), text);
    }
    await fixture.declare(TYPE, "hourly", {
      ...NEWS,
      evaluationFrequency: "PT1H",
      criteria: {
        allOf: [
          { ...condition, failingPeriods: { numberOfEvaluationPeriods: 4, minFailingPeriodsToAlert: 4 } },
        ],
      },
    });
    await fixture.declare(TYPE, "muted", { ...NEWS, autoMitigate: false, muteActionsDuration: "P2D" });
  });

  it("says everything that is wrong at once", async () => {
    const fixture = await withGroup();
    await refused(
      fixture.declare(TYPE, "slow", { ...NEWS, severity: 9, windowSize: "P9D", scopes: [] }),
      "at least one scope",
      "Severity is 9",
      "WindowSize of P9D",
    );
  });
});
