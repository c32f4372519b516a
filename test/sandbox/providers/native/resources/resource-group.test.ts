import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "resources:ResourceGroup";

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(new NativeFixture(), {
      type: TYPE,
      name: "sell",
      news: { location: "westeurope" },
      change: { tags: { team: "sell" } },
      fromAzure: ["id", "name", "type", "properties"],
    });
  });

  it("has the shape that Azure gives it", async () => {
    const fixture = new NativeFixture();
    const { id, outputs } = await fixture.declare(TYPE, "sell", {
      resourceGroupName: "sell",
      location: "West Europe",
      tags: { team: "sell" },
    });
    assert.equal(id, GROUP);
    assert.deepEqual(outputs, {
      id: GROUP,
      name: "sell",
      type: "Microsoft.Resources/resourceGroups",
      location: "westeurope",
      tags: { team: "sell" },
      properties: { provisioningState: "Succeeded" },
      azureApiVersion: "2024-03-01",
    });
  });

  it("takes everything in it along when it is deleted", async () => {
    const fixture = new NativeFixture();
    const group = await fixture.group();
    const vault = await fixture.vault();
    const secret = await fixture.declare("keyvault:Secret", "mailman", {
      resourceGroupName: "sell",
      vaultName: "sell-vault",
      properties: { value: "x" },
    });
    await fixture.delete(group);
    for (const gone of [vault, secret]) assert.equal((await fixture.read(gone)).id, "");
    assert.deepEqual(Object.keys(fixture.state.arm.resources), []);
    assert.deepEqual(Object.keys(fixture.state.keyVault.deletedVaults), ["sell-vault"]);
  });

  it("has a name that Azure takes", async () => {
    const fixture = new NativeFixture();
    for (const resourceGroupName of ["ends-with.", "has space", "a/b"]) {
      const inputs = await fixture.checked(TYPE, "g", { resourceGroupName, location: "westeurope" });
      await refused(fixture.declare(TYPE, "g", inputs), 'Status=400 Code="InvalidResourceGroup"');
    }
  });
});
