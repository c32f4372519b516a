import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../../../../cli/audit/findings/finding.ts";
import { SEVERITIES, type Severity } from "../../../../cli/audit/findings/severity.ts";
import { alertSeverityOf, auditEvents } from "../../../../cli/audit/scheduled/audit-events.ts";
import { sampleResult } from "../../../support/audit-result.ts";

const finding = (tier: number | undefined, severity: Severity, name = "CRM"): Finding => ({
  ...{ id: name, kind: "expiring-credential", severity, facts: {} },
  subject: { type: "application", id: name, name },
  ...(tier === undefined ? {} : { tier }),
});

test("each tier concerns those who want its severity, and what hurts nobody wakes nobody", () => {
  const table = [0, 1, 7, 14, 30].map((tier) =>
    SEVERITIES.map((severity) => alertSeverityOf({ tier, severity })[0]).join(""),
  );
  // c(ritical), w(arning), i(nfo), for findings that are critical, high, medium, low and info.
  assert.deepEqual(table, ["cciii", "cciii", "wwwwi", "wwwwi", "iiiii"]);
});

test("an audit reports its counts, those of nothing too, and no names", () => {
  const { policy } = sampleResult("unused");
  const findings = [
    finding(0, "critical"),
    finding(0, "medium"),
    finding(7, "high"),
    finding(7, "low"),
    finding(undefined, "critical"),
  ];
  const events = auditEvents({ policy, findings, complete: false }, "prod");
  assert.deepEqual(events[0], {
    name: "KeyturnAuditRun",
    properties: { stack: "prod", complete: "false" },
  });
  assert.ok(events.slice(1).every(({ name }) => name === "KeyturnAuditTier"));
  const counts = events.slice(1).map(({ properties }) => {
    const { stack, complete, tier, severity, findings: count, ...more } = properties;
    assert.deepEqual([stack, complete, more], ["prod", "false", {}]);
    return `${tier} ${severity} ${count}`;
  });
  assert.equal(counts.length, 15);
  assert.deepEqual(
    counts.filter((each) => !each.endsWith(" 0")),
    ["0 critical 1", "0 info 1", "7 warning 2"],
  );
  assert.ok(!JSON.stringify(events).includes("CRM"));
});
