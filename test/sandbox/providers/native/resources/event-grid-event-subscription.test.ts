import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused, VAULT } from "../native-fixture.ts";

const TYPE = "eventgrid:EventSubscription";
const NEWS: Properties = {
  scope: VAULT,
  eventDeliverySchema: "CloudEventSchemaV1_0",
  destination: {
    endpointType: "StorageQueue",
    resourceId: `${GROUP}/providers/Microsoft.Storage/storageAccounts/s`,
    queueName: "events",
  },
  filter: { advancedFilters: [{ operatorType: "StringIn", key: "data.ObjectName", values: ["mailman"] }] },
};

async function withVault() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.vault();
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    const { id } = await livesThrough(await withVault(), {
      type: TYPE,
      name: "all",
      news: NEWS,
      change: { expirationTimeUtc: "2026-01-01T00:00:00Z" },
      fromAzure: ["id", "name", "type", "topic", "provisioningState"],
    });
    assert.match(
      id,
      /\/vaults\/sell-vault\/providers\/Microsoft.EventGrid\/eventSubscriptions\/all[0-9a-f]{8}$/,
    );
  });

  it("takes an unchanged default for no change, and its topic from its scope", async () => {
    const fixture = await withVault();
    const { eventDeliverySchema: _, ...without } = NEWS;
    const recorded = await fixture.declare(TYPE, "all", without);
    assert.equal(recorded.outputs.topic, VAULT);
    assert.equal(recorded.outputs.eventDeliverySchema, "EventGridSchema");
    const added = await fixture.diff(recorded, { ...without, eventDeliverySchema: "EventGridSchema" });
    assert.equal(added.changes, "DIFF_NONE");
  });

  it("is on a resource that exists", async () => {
    const fixture = await withVault();
    await refused(fixture.declare(TYPE, "all", { ...NEWS, scope: `${VAULT}-2` }), 'Code="ResourceNotFound"');
  });
});
