import assert from "node:assert/strict";
import { test } from "node:test";
import { statusLines } from "../../../cli/sandbox/status.ts";

test("the status names what is not evaluated, with the reason, and what was asked for and is not emulated", () => {
  const lines = statusLines({
    ...{ folder: "/tmp/sandbox", pid: 7, now: "2025-02-14T11:30:00Z", tenantId: "t", subscriptionId: "s" },
    ports: { https: 1, smtp: 2, providers: { azuread: 3 } },
    holds: { applications: 1, resources: 2, vaults: 1, secrets: 1, faults: 0 },
    rulesNotEvaluated: ["/rules/join"],
    notEvaluated: [{ id: "/rules/join", why: "the sandbox does not evaluate this operator" }],
    reports: ["not emulated: GET localhost/x"],
  });
  assert.deepEqual(lines.slice(-2), [
    "not evaluated /rules/join: the sandbox does not evaluate this operator",
    "report        not emulated: GET localhost/x",
  ]);
});
