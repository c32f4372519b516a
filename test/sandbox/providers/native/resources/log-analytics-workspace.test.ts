import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "operationalinsights:Workspace";
const NEWS: Properties = { resourceGroupName: "sell", sku: { name: "PerGB2018" }, retentionInDays: 30 };

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    await livesThrough(fixture, {
      type: TYPE,
      name: "logs",
      news: NEWS,
      change: { retentionInDays: 90 },
      fromAzure: ["id", "name", "type", "customerId", "createdDate", "sku.lastSkuUpdate", "etag"],
    });
  });

  it("keeps its customer id and its keys through an update", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    const workspace = await fixture.declare(TYPE, "logs", NEWS);
    const keys = () =>
      Object.values(fixture.state.arm.resources).find(({ id }) => id === workspace.id)?.hidden;
    const before = keys();
    await fixture.passTime(60_000);
    const { outputs } = await fixture.update(workspace, { ...NEWS, retentionInDays: 60 });
    assert.equal(outputs.customerId, workspace.outputs.customerId);
    assert.deepEqual(
      [outputs.createdDate, outputs.modifiedDate],
      ["2025-02-14T11:30:00Z", "2025-02-14T11:31:00Z"],
    );
    assert.deepEqual(keys(), before);
    assert.equal(JSON.stringify(outputs).includes(String(before?.primarySharedKey)), false);
  });

  it("has a name of 4 to 63 characters", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    for (const workspaceName of ["abc", "-logs", "logs_1", "a".repeat(64)]) {
      const { failures } = await fixture.check(TYPE, "logs", { ...NEWS, workspaceName });
      assert.ok(failures.length > 0, workspaceName);
    }
    await refused(
      fixture.declare(TYPE, "logs", { ...NEWS, resourceGroupName: "nowhere", location: "x" }),
      "ResourceGroupNotFound",
    );
  });
});
