import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { changed, NativeFixture, refused, VAULT } from "../native-fixture.ts";

const TYPE = "keyvault:Key";
const NEWS: Properties = {
  resourceGroupName: "sell",
  vaultName: "sell-vault",
  keyName: "stack-dev",
  properties: { kty: "RSA", keySize: 3072, keyOps: ["encrypt", "decrypt"] },
};

async function withVault() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.vault();
  return fixture;
}

describe(TYPE, () => {
  it("is made once: what is declared later finds it as it was", async () => {
    const fixture = await withVault();
    const key = await fixture.declare(TYPE, "stack-dev", NEWS);
    const { kty, keySize, keyOps, keyUri, keyUriWithVersion, location } = key.outputs;
    assert.deepEqual(
      { id: key.id, kty, keySize, keyOps, keyUri, location },
      {
        id: `${VAULT}/keys/stack-dev`,
        kty: "RSA",
        keySize: 3072,
        keyOps: ["encrypt", "decrypt"],
        keyUri: "https://sell-vault.vault.localhost:4443/keys/stack-dev",
        location: "westeurope",
      },
    );
    const news = changed(NEWS, { properties: { kty: "RSA", keySize: 4096 } });
    assert.equal((await fixture.diff(key, news)).changes, "DIFF_SOME");
    const updated = await fixture.update(key, news);
    assert.equal(updated.outputs.keySize, 3072);
    assert.equal(updated.outputs.keyUriWithVersion, keyUriWithVersion);
  });

  it("gives its inputs back to an import, with what the service has added", async () => {
    const fixture = await withVault();
    const { id } = await fixture.declare(TYPE, "stack-dev", NEWS);
    const imported = await fixture.import(TYPE, id);
    const properties = imported.inputs.properties as Properties;
    assert.deepEqual(
      { kty: properties.kty, keySize: properties.keySize, keyOps: properties.keyOps },
      NEWS.properties,
    );
    const recorded = { type: TYPE, name: "k", id, inputs: imported.inputs, outputs: imported.properties };
    const { detailedDiff = {} } = await fixture.diff(recorded, NEWS);
    assert.deepEqual(detailedDiff, { "properties.attributes": "DELETE" });
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = await withVault();
    const cases: [Properties, string][] = [
      [{ properties: { kty: "DES" } }, "key type 'DES'"],
      [{ properties: { kty: "RSA", keySize: 1024 } }, "key size 1024"],
      [{ vaultName: "nowhere" }, 'Code="ParentResourceNotFound"'],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "stack-dev", { ...NEWS, ...change }), text);
    }
  });
});
