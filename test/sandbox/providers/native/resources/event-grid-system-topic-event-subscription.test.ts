import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused, VAULT } from "../native-fixture.ts";

const TYPE = "eventgrid:SystemTopicEventSubscription";
const TEAM = `${GROUP}/providers/Microsoft.Insights/actionGroups/team`;
/** As the SDK sends them, with its defaults. */
const NEWS: Properties = {
  resourceGroupName: "sell",
  systemTopicName: "vault-events",
  eventDeliverySchema: "CloudEventSchemaV1_0",
  destination: { endpointType: "MonitorAlert", severity: "Sev1", actionGroups: [TEAM] },
  filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry"], isSubjectCaseSensitive: false },
  retryPolicy: { eventTimeToLiveInMinutes: 1440, maxDeliveryAttempts: 30 },
};

async function withTopic() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.vault();
  await fixture.declare("eventgrid:SystemTopic", "vault-events", {
    resourceGroupName: "sell",
    systemTopicName: "vault-events",
    source: VAULT,
    topicType: "Microsoft.KeyVault.vaults",
  });
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withTopic(), {
      type: TYPE,
      name: "near-expiry",
      news: NEWS,
      change: { labels: ["credentials"] },
      fromAzure: ["id", "name", "type", "topic", "provisioningState"],
    });
  });

  it("is kept as Azure's own body has it, under the source of its topic", async () => {
    const fixture = await withTopic();
    const { id, outputs } = await fixture.declare(TYPE, "near-expiry", NEWS);
    const stored = Object.values(fixture.state.arm.resources).find((resource) => resource.id === id);
    assert.deepEqual(stored?.properties.destination, {
      endpointType: "MonitorAlert",
      properties: { severity: "Sev1", actionGroups: [TEAM] },
    });
    assert.equal(outputs.topic, VAULT);
    assert.deepEqual(outputs.destination, NEWS.destination);
  });

  it("does not give a webhook's address away", async () => {
    const fixture = await withTopic();
    const endpointUrl = "https://hooks.example/keys?code=s3cret";
    const recorded = await fixture.declare(TYPE, "hook", {
      ...NEWS,
      destination: { endpointType: "WebHook", endpointUrl, maxEventsPerBatch: 1 },
    });
    assert.deepEqual(recorded.outputs.destination, {
      endpointType: "WebHook",
      endpointBaseUrl: "https://hooks.example/keys",
      maxEventsPerBatch: 1,
    });
    const stored = Object.values(fixture.state.arm.resources).find(({ id }) => id === recorded.id);
    assert.equal(stored?.hidden.endpointUrl, endpointUrl);
    assert.deepEqual((await fixture.read(recorded)).inputs, recorded.inputs);
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = await withTopic();
    const cases: [Properties, string][] = [
      [{ eventDeliverySchema: "EventGridSchema" }, "needs the event delivery schema CloudEventSchemaV1_0"],
      [{ eventDeliverySchema: "XML" }, "The event delivery schema is XML"],
      [{ destination: { endpointType: "WebHook" } }, "has an endpointUrl"],
      [{ systemTopicName: "nowhere" }, 'Code="ParentResourceNotFound"'],
      [
        {
          filter: {
            advancedFilters: Array.from({ length: 26 }, () => ({
              operatorType: "IsNotNull",
              key: "data.VaultName",
            })),
          },
        },
        "at most 25 advanced filters",
      ],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "a", { ...NEWS, ...change }), text);
    }
    const { destination: _, ...nowhere } = NEWS;
    await refused(fixture.declare(TYPE, "a", nowhere), "has a destination");
  });
});
