import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "applicationinsights:Workbook";
const NEWS: Properties = {
  resourceGroupName: "sell",
  resourceName: "dddddddd-0000-4000-8000-000000000001",
  displayName: "Credentials",
  category: "workbook",
  kind: "shared",
  serializedData: JSON.stringify({ version: "Notebook/1.0", items: [] }),
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
      name: "credentials",
      news: NEWS,
      change: { displayName: "Credentials and mail" },
      fromAzure: ["id", "name", "type", "revision", "timeModified", "userId", "version"],
    });
  });

  it("has a GUID for a name, and JSON for its data", async () => {
    const fixture = await withGroup();
    await refused(fixture.declare(TYPE, "a", { ...NEWS, resourceName: "credentials" }), "must be a GUID");
    await refused(fixture.declare(TYPE, "a", { ...NEWS, serializedData: "{" }), "is not JSON");
  });

  it("gets a principal when it is to have an identity, and loses it with it", async () => {
    const fixture = await withGroup();
    const identity = { type: "SystemAssigned" };
    const workbook = await fixture.declare(TYPE, "a", { ...NEWS, identity });
    const { principalId } = workbook.outputs.identity as { principalId: string };
    assert.ok(fixture.state.entra.servicePrincipals[principalId]);
    const same = await fixture.update(workbook, { ...NEWS, identity, description: "x" });
    assert.deepEqual(same.outputs.identity, workbook.outputs.identity);
    const without = await fixture.update(same, NEWS);
    assert.equal(without.outputs.identity, undefined);
    assert.equal(fixture.state.entra.servicePrincipals[principalId], undefined);
  });
});
