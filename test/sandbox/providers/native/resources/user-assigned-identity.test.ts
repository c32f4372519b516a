import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, TENANT_ID } from "../native-fixture.ts";

const TYPE = "managedidentity:UserAssignedIdentity";
const NEWS = { resourceGroupName: "sell" };

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    await livesThrough(fixture, {
      type: TYPE,
      name: "mailman",
      news: NEWS,
      change: { tags: { team: "sell" } },
      fromAzure: ["id", "name", "type", "clientId", "principalId", "tenantId"],
    });
  });

  it("is a service principal of the directory for as long as it is there", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    const recorded = await fixture.declare(TYPE, "mailman", NEWS);
    const { clientId, principalId, tenantId } = recorded.outputs;
    const principal = fixture.state.entra.servicePrincipals[String(principalId)];
    assert.equal(principal?.appId, clientId);
    assert.equal(principal?.properties.servicePrincipalType, "ManagedIdentity");
    assert.equal(tenantId, TENANT_ID);
    const updated = await fixture.update(recorded, { ...NEWS, tags: { a: "b" } });
    assert.deepEqual([updated.outputs.clientId, updated.outputs.principalId], [clientId, principalId]);
    await fixture.delete(updated);
    assert.equal(fixture.state.entra.servicePrincipals[String(principalId)], undefined);
  });
});
