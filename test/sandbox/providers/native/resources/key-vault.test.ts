import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { publicVaultUri } from "../../../../../sandbox/keyvault/vaults.ts";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, refused, TENANT_ID, VAULT, VAULT_PROPERTIES } from "../native-fixture.ts";

const TYPE = "keyvault:Vault";
const DAY_MS = 24 * 60 * 60 * 1000;
const NEWS = { resourceGroupName: "sell", vaultName: "sell-vault", properties: VAULT_PROPERTIES };

async function withGroup() {
  const fixture = new NativeFixture();
  await fixture.group();
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withGroup(), {
      type: TYPE,
      name: "kv",
      news: { resourceGroupName: "sell", properties: VAULT_PROPERTIES },
      change: { properties: { ...VAULT_PROPERTIES, enablePurgeProtection: true } },
      fromAzure: ["id", "name", "type", "properties.vaultUri", "properties.provisioningState", "systemData"],
    });
  });

  it("has the shape that Azure gives it", async () => {
    const fixture = await withGroup();
    const { outputs } = await fixture.vault({ enablePurgeProtection: true });
    assert.deepEqual(outputs, {
      id: VAULT,
      name: "sell-vault",
      type: "Microsoft.KeyVault/vaults",
      location: "westeurope",
      tags: {},
      properties: {
        tenantId: TENANT_ID,
        sku: { family: "A", name: "standard" },
        accessPolicies: [],
        enabledForDeployment: false,
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
        publicNetworkAccess: "Enabled",
        provisioningState: "Succeeded",
        vaultUri: "https://sell-vault.vault.localhost:4443/",
      },
      systemData: {
        createdAt: "2025-02-14T11:30:00Z",
        createdBy: "00000000-0000-0000-0000-000000000000",
        createdByType: "Application",
        lastModifiedAt: "2025-02-14T11:30:00Z",
        lastModifiedBy: "00000000-0000-0000-0000-000000000000",
        lastModifiedByType: "Application",
      },
      azureApiVersion: "2024-11-01",
    });
  });

  it("has the public cloud's address where the sandbox serves none", async () => {
    const fixture = new NativeFixture({ vaultUri: publicVaultUri });
    await fixture.group();
    const { outputs } = await fixture.vault();
    assert.equal((outputs.properties as Properties).vaultUri, "https://sell-vault.vault.azure.net/");
  });

  it("keeps access policies that the program does not mention", async () => {
    const fixture = await withGroup();
    const vault = await fixture.vault();
    const policy = { tenantId: TENANT_ID, objectId: "someone", permissions: { secrets: ["get"] } };
    await fixture.store.update((draft) => {
      const resource = draft.arm.resources[VAULT.toLowerCase()];
      assert.ok(resource);
      resource.properties.accessPolicies = [policy];
    });
    const read = await fixture.read(vault);
    assert.deepEqual(read.inputs, vault.inputs, "a refresh does not pull them into the program");
    const updated = await fixture.update(vault, { ...NEWS, tags: { a: "b" } });
    assert.deepEqual((updated.outputs.properties as Record<string, unknown>).accessPolicies, [policy]);
    const cleared = await fixture.update(updated, {
      ...NEWS,
      properties: { ...VAULT_PROPERTIES, accessPolicies: [] },
    });
    assert.deepEqual((cleared.outputs.properties as Record<string, unknown>).accessPolicies, []);
  });

  it("brings what changed in Azure into the inputs at a refresh, and nothing else", async () => {
    const fixture = await withGroup();
    const vault = await fixture.vault({ publicNetworkAccess: "Enabled" });
    await fixture.store.update((draft) => {
      const resource = draft.arm.resources[VAULT.toLowerCase()];
      assert.ok(resource);
      resource.properties.publicNetworkAccess = "Disabled";
      resource.tags = { by: "hand" };
    });
    const { inputs } = await fixture.read(vault);
    assert.deepEqual(inputs, {
      ...vault.inputs,
      tags: { by: "hand" },
      properties: { ...(vault.inputs.properties as object), publicNetworkAccess: "Disabled" },
    });
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = await withGroup();
    const cases: [Record<string, unknown>, string][] = [
      [{ vaultName: "1vault" }, 'Code="VaultNameNotValid"'],
      [{ vaultName: "va--ult" }, 'Code="VaultNameNotValid"'],
      [{ vaultName: "vault-" }, 'Code="VaultNameNotValid"'],
      [{ resourceGroupName: "nowhere", location: "westeurope" }, 'Status=404 Code="ResourceGroupNotFound"'],
      [{ properties: { ...VAULT_PROPERTIES, tenantId: "other" } }, "is not the tenant"],
      [
        { properties: { ...VAULT_PROPERTIES, sku: { family: "A", name: "gold" } } },
        "'standard' or 'premium'",
      ],
      [{ properties: { ...VAULT_PROPERTIES, softDeleteRetentionInDays: 6 } }, "from 7 to 90"],
      [{ properties: { ...VAULT_PROPERTIES, softDeleteRetentionInDays: 91 } }, "from 7 to 90"],
      [
        { properties: { ...VAULT_PROPERTIES, enablePurgeProtection: false } },
        'The property "enablePurgeProtection" cannot be set to false.',
      ],
      [{ properties: { ...VAULT_PROPERTIES, createMode: "recover" } }, 'Code="DeletedVaultNotFound"'],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "kv", { ...NEWS, ...change } as never), text);
    }
    assert.deepEqual(Object.keys(fixture.state.keyVault.vaults), []);
  });

  it("does not take back what cannot be taken back", async () => {
    const fixture = await withGroup();
    const vault = await fixture.vault({ enablePurgeProtection: true, softDeleteRetentionInDays: 30 });
    const update = (properties: Record<string, unknown>) =>
      fixture.update(vault, { ...NEWS, properties: { ...VAULT_PROPERTIES, ...properties } as never });
    await refused(update({ softDeleteRetentionInDays: 31 }), "has been set already and it can't be modified");
    await refused(
      update({ enableSoftDelete: false }),
      '"enableSoftDelete" can be set to false only for creating',
    );
    const { outputs } = await update({});
    const { enablePurgeProtection, softDeleteRetentionInDays } = outputs.properties as Record<
      string,
      unknown
    >;
    assert.deepEqual([enablePurgeProtection, softDeleteRetentionInDays], [true, 30]);
    await refused(
      fixture.update(vault, { ...NEWS, location: "northeurope" }),
      'Status=409 Code="InvalidResourceLocation"',
    );
  });

  it("holds its name after its deletion, until its retention is over", async () => {
    const fixture = await withGroup();
    await fixture.delete(await fixture.vault({ softDeleteRetentionInDays: 7 }));
    await refused(
      fixture.vault(),
      'Status=409 Code="ConflictError" Message="A vault with the same name already exists in deleted state.',
    );
    await fixture.passTime(7 * DAY_MS - 1000);
    await refused(fixture.vault(), "already exists in deleted state");
    await fixture.passTime(1000);
    await fixture.vault();
  });

  it("can be recovered with its secrets", async () => {
    const fixture = await withGroup();
    const vault = await fixture.vault();
    const secret = await fixture.declare("keyvault:Secret", "mailman", {
      resourceGroupName: "sell",
      vaultName: "sell-vault",
      properties: { value: "x" },
    });
    await fixture.delete(vault);
    assert.equal((await fixture.read(secret)).id, "");
    const { outputs } = await fixture.vault({ createMode: "recover" });
    assert.equal((outputs.properties as Record<string, unknown>).createMode, undefined);
    assert.equal((await fixture.read(secret)).id, secret.id);
  });

  it("has a name that no other vault has, wherever it is", async () => {
    const fixture = await withGroup();
    await fixture.vault();
    await fixture.declare("resources:ResourceGroup", "mail", {
      resourceGroupName: "mail",
      location: "westeurope",
    });
    await refused(
      fixture.declare(TYPE, "kv", { ...NEWS, resourceGroupName: "mail" }),
      'Status=409 Code="VaultAlreadyExists"',
    );
  });
});
