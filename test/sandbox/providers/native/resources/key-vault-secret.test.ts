import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setSecret, updateSecret } from "../../../../../sandbox/keyvault/secrets.ts";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { secret as asSecret } from "../../../../../sandbox/providers/values.ts";
import { seededRandomness } from "../../../../../sandbox/randomness.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, NOW_MS, refused, VAULT } from "../native-fixture.ts";

const TYPE = "keyvault:Secret";
const NEWS: Properties = {
  resourceGroupName: "sell",
  vaultName: "sell-vault",
  properties: {
    value: "s3cret",
    contentType: "text/plain",
    attributes: { notBefore: 1739532600, expires: 1755084600 },
  },
  tags: { slot: "a" },
};

async function withVault() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.vault();
  return fixture;
}

function versionsIn(fixture: NativeFixture, name = "mailman") {
  return fixture.state.keyVault.vaults["sell-vault"]?.secrets[name]?.versions ?? [];
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withVault(), {
      type: TYPE,
      name: "mailman",
      news: NEWS,
      change: { tags: { slot: "b" } },
      fromAzure: [
        "id",
        "name",
        "type",
        "location",
        "properties.secretUri",
        "properties.secretUriWithVersion",
        "properties.attributes.created",
      ],
    });
  });

  it("has the shape that Azure gives it, without the value", async () => {
    const fixture = await withVault();
    const { outputs } = await fixture.declare(TYPE, "mailman", NEWS);
    const [version] = versionsIn(fixture);
    assert.deepEqual(outputs, {
      id: `${VAULT}/secrets/mailman`,
      name: "mailman",
      type: "Microsoft.KeyVault/vaults/secrets",
      location: "westeurope",
      tags: { slot: "a" },
      properties: {
        contentType: "text/plain",
        attributes: {
          enabled: true,
          notBefore: 1739532600,
          expires: 1755084600,
          created: NOW_MS / 1000,
          updated: NOW_MS / 1000,
        },
        secretUri: "https://sell-vault.vault.localhost:4443/secrets/mailman",
        secretUriWithVersion: `https://sell-vault.vault.localhost:4443/secrets/mailman/${version?.version}`,
      },
      azureApiVersion: "2024-11-01",
    });
  });

  it("is what the data plane serves", async () => {
    const fixture = await withVault();
    await fixture.declare(TYPE, "mailman", NEWS);
    const [version] = versionsIn(fixture);
    assert.deepEqual(
      { ...version, version: "" },
      {
        version: "",
        value: "s3cret",
        contentType: "text/plain",
        enabled: true,
        created: NOW_MS / 1000,
        updated: NOW_MS / 1000,
        notBefore: 1739532600,
        expires: 1755084600,
        tags: { slot: "a" },
      },
    );
  });

  it("takes a value that the engine still marks as secret", async () => {
    const fixture = await withVault();
    await fixture.declare(TYPE, "mailman", { ...NEWS, properties: { value: asSecret("hidden") } });
    assert.equal(versionsIn(fixture)[0]?.value, "hidden");
  });

  it("gets a version with each update, the newest last, and keeps the others", async () => {
    const fixture = await withVault();
    const first = await fixture.declare(TYPE, "mailman", NEWS);
    const second = await fixture.update(first, { ...NEWS, properties: { value: "other" } });
    await fixture.update(second, { ...NEWS, properties: { value: "other" }, tags: { slot: "b" } });
    assert.deepEqual(
      versionsIn(fixture).map(({ value, tags }) => [value, tags.slot]),
      [
        ["s3cret", "a"],
        ["other", "a"],
        ["other", "b"],
      ],
    );
    assert.notEqual(
      (first.outputs.properties as Properties).secretUriWithVersion,
      (second.outputs.properties as Properties).secretUriWithVersion,
    );
  });

  it("is deleted softly: its name is taken from then on", async () => {
    const fixture = await withVault();
    const recorded = await fixture.declare(TYPE, "mailman", NEWS);
    await fixture.delete(recorded);
    assert.deepEqual(Object.keys(fixture.state.keyVault.vaults["sell-vault"]?.deletedSecrets ?? {}), [
      "mailman",
    ]);
    await refused(
      fixture.declare(TYPE, "mailman", NEWS),
      'Status=409 Code="Conflict" Message="Secret mailman is currently in a deleted but recoverable state',
    );
  });

  it("cannot tell a refresh that its value was changed by somebody else, but everything else it can", async () => {
    const fixture = await withVault();
    const recorded = await fixture.declare(TYPE, "mailman", NEWS);
    const name = { vaultName: "sell-vault", secretName: "mailman" };
    const fields = {
      contentType: "text/plain",
      notBefore: 1739532600,
      expires: 1755084600,
      tags: { slot: "a" },
    };
    await fixture.store.update((draft) => {
      setSecret(
        draft,
        { ...name, ...fields, value: "tampered" },
        { nowMs: NOW_MS, randomness: seededRandomness(9) },
      );
    });
    const silent = await fixture.read(recorded);
    assert.deepEqual(silent.inputs, recorded.inputs);
    assert.notDeepEqual(silent.properties, recorded.outputs, "the version in the outputs is the new one");

    await fixture.store.update((draft) => {
      updateSecret(draft, { ...name, enabled: false, tags: { slot: "c" } }, NOW_MS);
    });
    const { inputs } = await fixture.read({ ...recorded, outputs: silent.properties });
    assert.deepEqual(inputs, {
      ...recorded.inputs,
      tags: { slot: "c" },
      properties: {
        ...(recorded.inputs.properties as Properties),
        attributes: { notBefore: 1739532600, expires: 1755084600, enabled: false },
      },
    });
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = await withVault();
    await refused(
      fixture.declare(TYPE, "mailman", { ...NEWS, vaultName: "no-vault" }),
      'Status=404 Code="ParentResourceNotFound"',
      "of type 'vaults/secrets'",
      "/vaults/no-vault'",
    );
    await refused(
      fixture.declare(TYPE, "mailman", { ...NEWS, properties: { contentType: "x" } }),
      'Status=400 Code="BadParameter"',
      "no value",
    );
    await refused(
      fixture.declare(TYPE, "mailman", { ...NEWS, properties: { value: "x".repeat(30_000) } }),
      'Status=400 Code="BadParameter"',
    );
    assert.deepEqual(versionsIn(fixture), []);
  });

  it("is gone with its vault, which is no error to delete", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    const vault = await fixture.vault();
    const recorded = await fixture.declare(TYPE, "mailman", NEWS);
    await fixture.delete(vault);
    assert.equal((await fixture.read(recorded)).id, "");
    await fixture.delete(recorded);
  });
});
