import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "logic:Workflow";
const NEWS: Properties = {
  resourceGroupName: "sell",
  definition: {
    $schema:
      "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
    contentVersion: "1.0.0.0",
    triggers: { every: { type: "Recurrence", recurrence: { frequency: "Minute", interval: 5 } } },
    actions: {},
  },
  parameters: { mailbox: { type: "String", value: "probe@example.com" } },
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
      name: "probe",
      news: NEWS,
      change: { state: "Disabled" },
      fromAzure: ["id", "name", "type", "accessEndpoint", "createdTime", "changedTime", "version"],
    });
  });

  it("acts with an identity of its own, or with one that it is given", async () => {
    const fixture = await withGroup();
    const given = await fixture.declare("managedidentity:UserAssignedIdentity", "probe", {
      resourceGroupName: "sell",
    });
    const identity = { type: "SystemAssigned, UserAssigned", userAssignedIdentities: [given.id] };
    const recorded = await fixture.declare(TYPE, "probe", { ...NEWS, identity });
    const { principalId, userAssignedIdentities } = recorded.outputs.identity as Properties;
    assert.ok(fixture.state.entra.servicePrincipals[String(principalId)]);
    assert.deepEqual(userAssignedIdentities, {
      [given.id]: { clientId: given.outputs.clientId, principalId: given.outputs.principalId },
    });
    assert.deepEqual((await fixture.read(recorded)).inputs, recorded.inputs);
    assert.equal((await fixture.diff(recorded, { ...NEWS, identity })).changes, "DIFF_NONE");
    await fixture.delete(recorded);
    assert.equal(fixture.state.entra.servicePrincipals[String(principalId)], undefined);
    await refused(
      fixture.declare(TYPE, "probe", {
        ...NEWS,
        identity: { type: "UserAssigned", userAssignedIdentities: [`${given.id}-2`] },
      }),
      'Code="FailedIdentityOperation"',
    );
  });

  it("is on or off", async () => {
    await refused(
      (await withGroup()).declare(TYPE, "probe", { ...NEWS, state: "Paused" }),
      "allowed are Enabled, Disabled",
    );
  });
});
