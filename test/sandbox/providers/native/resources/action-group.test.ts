import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "monitor:ActionGroup";
const NEWS: Properties = {
  resourceGroupName: "sell",
  location: "global",
  enabled: true,
  groupShortName: "sell",
  webhookReceivers: [{ name: "pager", serviceUri: "https://pager.example/hook" }],
};

async function withGroup() {
  const fixture = new NativeFixture();
  await fixture.group();
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withGroup(), {
      type: TYPE,
      name: "team",
      news: NEWS,
      change: { smsReceivers: [{ name: "sms", countryCode: "45", phoneNumber: "5551234" }] },
      fromAzure: ["id", "name", "type", "systemData"],
    });
  });

  it("answers whether those who get mail are subscribed", async () => {
    const fixture = await withGroup();
    const { outputs } = await fixture.declare(TYPE, "team", {
      ...NEWS,
      emailReceivers: [{ name: "team", emailAddress: "team@example.com", useCommonAlertSchema: true }],
    });
    assert.deepEqual(outputs.emailReceivers, [
      { name: "team", emailAddress: "team@example.com", useCommonAlertSchema: true, status: "Enabled" },
    ]);
  });

  it("has each receiver's name once", async () => {
    const fixture = await withGroup();
    const emailReceivers = [{ name: "pager", emailAddress: "team@example.com" }];
    await refused(
      fixture.declare(TYPE, "team", { ...NEWS, emailReceivers }),
      "Receiver names must be unique within an action group; 'pager'",
    );
  });

  it("tells receivers apart by their place, as the engine compares lists", async () => {
    const fixture = await withGroup();
    const recorded = await fixture.declare(TYPE, "team", NEWS);
    const { diffs, detailedDiff } = await fixture.diff(recorded, {
      ...NEWS,
      webhookReceivers: [
        { name: "pager", serviceUri: "https://pager.example/other" },
        { name: "chat", serviceUri: "https://chat.example/hook" },
      ],
    });
    assert.deepEqual(detailedDiff, {
      "webhookReceivers[1]": "ADD",
      "webhookReceivers[0].serviceUri": "UPDATE",
    });
    assert.deepEqual(diffs, ["webhookReceivers[1]", "webhookReceivers[0]"]);
  });
});
