import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "aadiam:DiagnosticSetting";
const NEWS: Properties = {
  workspaceId: `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`,
  logs: [{ category: "ServicePrincipalSignInLogs", enabled: true }],
};

describe(TYPE, () => {
  it("lives through all that the engine does, outside of any subscription", async () => {
    const { id } = await livesThrough(new NativeFixture(), {
      type: TYPE,
      name: "sign-ins",
      news: NEWS,
      change: { logs: [{ category: "AuditLogs", enabled: true }] },
      fromAzure: ["id", "type"],
    });
    assert.match(id, /^\/providers\/microsoft.aadiam\/diagnosticSettings\/sign-ins[0-9a-f]{8}$/);
  });

  it("has somewhere to send to", async () => {
    const { workspaceId: _, ...nowhere } = NEWS;
    await refused(new NativeFixture().declare(TYPE, "a", nowhere), "At least one data sink");
  });
});
