import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const ACCOUNT_TYPE = "storage:StorageAccount";
const SERVICE_TYPE = "storage:BlobServiceProperties";
const CONTAINER_TYPE = "storage:BlobContainer";
const ACCOUNT: Properties = {
  resourceGroupName: "sell",
  accountName: "stsellstate",
  kind: "StorageV2",
  sku: { name: "Standard_ZRS" },
  allowSharedKeyAccess: false,
  enableHttpsTrafficOnly: true,
};
const IN_ACCOUNT = { resourceGroupName: "sell", accountName: "stsellstate" };
const ACCOUNT_ID = `${GROUP}/providers/Microsoft.Storage/storageAccounts/stsellstate`;

async function withAccount() {
  const fixture = new NativeFixture();
  await fixture.group();
  const account = await fixture.declare(ACCOUNT_TYPE, "state", ACCOUNT);
  return { fixture, account };
}

describe(ACCOUNT_TYPE, () => {
  it("lives through all that the engine does", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    await livesThrough(fixture, {
      type: ACCOUNT_TYPE,
      name: "state",
      news: ACCOUNT,
      change: { minimumTlsVersion: "TLS1_2", tags: { team: "sell" } },
      fromAzure: ["id", "name", "type", "creationTime", "primaryEndpoints", "provisioningState"],
    });
  });

  it("fills in what is not said, and keeps what is", async () => {
    const { account } = await withAccount();
    const { accessTier, allowSharedKeyAccess, sku, primaryEndpoints, networkRuleSet } = account.outputs;
    assert.deepEqual(
      { accessTier, allowSharedKeyAccess, sku, networkRuleSet },
      {
        accessTier: "Hot",
        allowSharedKeyAccess: false,
        sku: { name: "Standard_ZRS", tier: "Standard" },
        networkRuleSet: {
          bypass: "AzureServices",
          defaultAction: "Allow",
          ipRules: [],
          virtualNetworkRules: [],
        },
      },
    );
    assert.equal(
      (primaryEndpoints as Properties).blob,
      "https://stsellstate.blob.core.windows.net/",
      "where its blobs would be",
    );
  });

  it("is refused where Azure refuses it", async () => {
    const { fixture } = await withAccount();
    await fixture.declare("resources:ResourceGroup", "other", {
      resourceGroupName: "other",
      location: "westeurope",
    });
    const cases: [Properties, string][] = [
      [{ accountName: "otherstate", kind: "Tape" }, "'kind' has the value 'Tape'"],
      [{ accountName: "otherstate", sku: { name: "Cheap" } }, "'sku.name' has the value 'Cheap'"],
      [{ resourceGroupName: "other" }, 'Code="StorageAccountAlreadyTaken"'],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(ACCOUNT_TYPE, "second", { ...ACCOUNT, ...change }), text);
    }
    const { failures } = await fixture.check(ACCOUNT_TYPE, "state", { ...ACCOUNT, accountName: "St-1" });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["accountName"],
    );
  });
});

describe(SERVICE_TYPE, () => {
  const NEWS: Properties = {
    ...IN_ACCOUNT,
    blobServicesName: "default",
    isVersioningEnabled: true,
    deleteRetentionPolicy: { enabled: true, days: 30 },
  };

  it("is there with its account, is changed by declaring it, and is what it was after its deletion", async () => {
    const { fixture } = await withAccount();
    const before = await fixture.import(SERVICE_TYPE, `${ACCOUNT_ID}/blobServices/default`);
    assert.equal(before.properties.isVersioningEnabled, undefined);
    const declared = await fixture.declare(SERVICE_TYPE, "blobs", NEWS);
    assert.equal(declared.outputs.isVersioningEnabled, true);
    assert.equal((await fixture.diff(declared, NEWS)).changes, "DIFF_NONE");
    await fixture.delete(declared);
    const after = await fixture.import(SERVICE_TYPE, declared.id);
    assert.deepEqual(after.properties, before.properties);
  });

  it("keeps deleted blobs for 1 to 365 days", async () => {
    const { fixture } = await withAccount();
    for (const days of [0, 366]) {
      const deleteRetentionPolicy = { enabled: true, days };
      await refused(
        fixture.declare(SERVICE_TYPE, "blobs", { ...NEWS, deleteRetentionPolicy }),
        `deleteRetentionPolicy.days is ${days}`,
      );
    }
    await refused(
      fixture.declare(SERVICE_TYPE, "blobs", { ...NEWS, blobServicesName: "own" }),
      "is called 'default'",
    );
  });
});

describe(CONTAINER_TYPE, () => {
  it("lives through all that the engine does", async () => {
    const { fixture } = await withAccount();
    await livesThrough(fixture, {
      type: CONTAINER_TYPE,
      name: "state-dev",
      news: IN_ACCOUNT,
      change: { metadata: { stack: "dev" } },
      fromAzure: ["id", "name", "etag", "lastModifiedTime", "leaseState"],
    });
  });

  it("needs an account, and a name that Azure takes", async () => {
    const { fixture } = await withAccount();
    await refused(
      fixture.declare(CONTAINER_TYPE, "state-dev", { ...IN_ACCOUNT, accountName: "nowhere" }),
      'Code="ParentResourceNotFound"',
    );
    for (const containerName of ["State", "state--dev", "-state"]) {
      await refused(
        fixture.declare(CONTAINER_TYPE, "state", { ...IN_ACCOUNT, containerName }),
        'Code="ContainerNameInvalid"',
      );
    }
  });
});
