import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { previewOutputs } from "../../../../sandbox/providers/native/preview.ts";
import { RESOURCE_DEFINITIONS } from "../../../../sandbox/providers/native/resources/index.ts";
import { UNKNOWN } from "../../../../sandbox/providers/values.ts";
import { arbitraryInputs } from "./arbitrary-inputs.ts";
import { NativeFixture, SUBSCRIPTION_ID, VAULT_PROPERTIES } from "./native-fixture.ts";

describe("a preview", () => {
  it("knows the inputs that come back, and no more", async () => {
    const fixture = new NativeFixture();
    const outputs = await fixture.previewCreate("keyvault:Vault", "kv", {
      resourceGroupName: UNKNOWN,
      properties: { ...VAULT_PROPERTIES, tenantId: UNKNOWN },
      tags: { env: "dev", owner: UNKNOWN },
    });
    assert.equal(outputs.id, UNKNOWN);
    assert.equal(outputs.name, UNKNOWN);
    assert.equal(outputs.location, UNKNOWN, "that of a resource group which is not known yet");
    assert.equal(outputs.azureApiVersion, "2024-11-01");
    assert.deepEqual(outputs.tags, { env: "dev", owner: UNKNOWN });
    const { tenantId, sku, enableRbacAuthorization, vaultUri } = outputs.properties as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      { tenantId, sku, enableRbacAuthorization, vaultUri },
      {
        tenantId: UNKNOWN,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        vaultUri: UNKNOWN,
      },
    );
  });

  it("of an update keeps the name and the location, which cannot change", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    const vault = await fixture.vault();
    const { outputs } = await fixture.update(
      vault,
      { resourceGroupName: "sell", vaultName: "sell-vault", properties: UNKNOWN },
      { preview: true },
    );
    assert.deepEqual([outputs.name, outputs.location], ["sell-vault", "westeurope"]);
    assert.equal(outputs.properties, UNKNOWN);
    assert.equal(
      fixture.state.arm.resources[vault.id.toLowerCase()]?.properties.tenantId !== undefined,
      true,
    );
  });

  it("changes nothing", async () => {
    const fixture = new NativeFixture();
    const before = fixture.state;
    await fixture.previewCreate("resources:ResourceGroup", "sell", { location: "westeurope" });
    assert.equal(fixture.state, before);
  });

  it("has every output of every type, known or not", () => {
    for (const definition of RESOURCE_DEFINITIONS) {
      fc.assert(
        fc.property(arbitraryInputs(definition), (inputs) => {
          const outputs = previewOutputs(definition, inputs);
          assert.deepEqual(Object.keys(outputs).sort(), ["id", ...Object.keys(definition.outputs)].sort());
          assert.equal(JSON.stringify(outputs).includes(SUBSCRIPTION_ID), false);
        }),
        { numRuns: 20 },
      );
    }
  });
});
