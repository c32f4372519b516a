import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused, VAULT } from "../native-fixture.ts";

const TYPE = "monitor:DiagnosticSetting";
const NEWS: Properties = {
  resourceUri: VAULT,
  workspaceId: `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`,
  logs: [{ category: "AuditEvent", enabled: true }],
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
      name: "audit",
      news: NEWS,
      change: { metrics: [{ category: "AllMetrics", enabled: true }] },
      fromAzure: ["id", "type", "systemData"],
    });
    assert.match(
      id,
      /\/vaults\/sell-vault\/providers\/Microsoft.Insights\/diagnosticSettings\/audit[0-9a-f]{8}$/,
    );
  });

  it("is on a resource that exists, has somewhere to send to and something to send", async () => {
    const fixture = await withVault();
    const { workspaceId: _, ...nowhere } = NEWS;
    await refused(
      fixture.declare(TYPE, "a", { ...NEWS, resourceUri: `${VAULT}-2` }),
      'Code="ResourceNotFound"',
    );
    await refused(fixture.declare(TYPE, "a", nowhere), "At least one data sink");
    await refused(fixture.declare(TYPE, "a", { ...NEWS, logs: [] }), "At least one log or metric category");
  });

  it("goes with its resource", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    const vault = await fixture.vault();
    const setting = await fixture.declare(TYPE, "audit", NEWS);
    await fixture.delete(vault);
    assert.equal((await fixture.read(setting)).id, "");
  });
});
