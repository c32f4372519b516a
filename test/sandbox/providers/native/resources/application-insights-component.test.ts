import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "applicationinsights:Component";
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`;
/** As the SDK sends them, with its defaults. */
const NEWS: Properties = {
  resourceGroupName: "sell",
  kind: "web",
  applicationType: "web",
  flowType: "Bluefield",
  ingestionMode: "LogAnalytics",
  publicNetworkAccessForIngestion: "Enabled",
  publicNetworkAccessForQuery: "Enabled",
  requestSource: "rest",
  workspaceResourceId: WORKSPACE,
};

async function withWorkspace() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.declare("operationalinsights:Workspace", "logs", {
    resourceGroupName: "sell",
    workspaceName: "logs",
  });
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withWorkspace(), {
      type: TYPE,
      name: "app",
      news: NEWS,
      change: { samplingPercentage: 50, disableLocalAuth: true },
      fromAzure: [
        "id",
        "name",
        "connectionString",
        "instrumentationKey",
        "appId",
        "applicationId",
        "tenantId",
      ],
    });
  });

  it("is kept as Azure's own body has it", async () => {
    const fixture = await withWorkspace();
    const { id, outputs } = await fixture.declare(TYPE, "app", NEWS);
    const stored = Object.values(fixture.state.arm.resources).find((resource) => resource.id === id);
    assert.deepEqual(stored?.extra.kind, "web");
    assert.equal(stored?.properties.Application_Type, "web");
    assert.equal(stored?.properties.WorkspaceResourceId, WORKSPACE);
    assert.equal(stored?.properties.applicationType, undefined);
    assert.equal(
      outputs.connectionString,
      `InstrumentationKey=${outputs.instrumentationKey};` +
        "IngestionEndpoint=https://westeurope-0.in.applicationinsights.azure.com/;" +
        `LiveEndpoint=https://westeurope.livediagnostics.monitor.azure.com/;ApplicationId=${outputs.appId}`,
    );
  });

  it("takes its defaults as no change when they are added, and anything else as one", async () => {
    const fixture = await withWorkspace();
    const { flowType: _, ...without } = NEWS;
    const recorded = await fixture.declare(TYPE, "app", without);
    assert.equal((await fixture.diff(recorded, NEWS)).changes, "DIFF_NONE");
    const other = await fixture.diff(recorded, { ...NEWS, flowType: "Redfield" });
    assert.deepEqual([other.changes, other.diffs], ["DIFF_SOME", ["flowType"]]);
  });

  it("needs a workspace that exists", async () => {
    const fixture = await withWorkspace();
    await refused(
      fixture.declare(TYPE, "app", { ...NEWS, workspaceResourceId: `${WORKSPACE}-2` }),
      'Code="WorkspaceNotFound"',
    );
  });
});
