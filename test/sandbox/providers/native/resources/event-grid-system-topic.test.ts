import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused, VAULT } from "../native-fixture.ts";

const TYPE = "eventgrid:SystemTopic";
const NEWS: Properties = { resourceGroupName: "sell", source: VAULT, topicType: "Microsoft.KeyVault.vaults" };

async function withVault() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.vault();
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withVault(), {
      type: TYPE,
      name: "vault-events",
      news: NEWS,
      change: { tags: { team: "sell" } },
      fromAzure: ["id", "name", "type", "metricResourceId", "provisioningState"],
    });
  });

  it("is of a source that exists, of its type, where it is, and alone", async () => {
    const fixture = await withVault();
    const cases: [Properties, string][] = [
      [{ source: `${VAULT}-2` }, "could not be found"],
      [{ topicType: "Microsoft.Storage.StorageAccounts" }, "does not fit the source"],
      [{ location: "northeurope" }, "must be that of its source: 'westeurope'"],
      [{ systemTopicName: "a_b" }, "is invalid: 3 to 50"],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "t", { ...NEWS, ...change }), text);
    }
    const topic = await fixture.declare(TYPE, "t", NEWS);
    await refused(
      fixture.declare(TYPE, "another", NEWS),
      "Only one system topic is allowed per source",
      topic.id,
    );
    await fixture.declare("resources:ResourceGroup", "mail", {
      resourceGroupName: "mail",
      location: "westeurope",
    });
    await refused(
      fixture.update(topic, { ...NEWS, source: GROUP, topicType: "Microsoft.Resources.ResourceGroups" }),
      "cannot be updated",
    );
  });
});
