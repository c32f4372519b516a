import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditResult } from "../../../../cli/audit/audit.ts";
import type { Finding } from "../../../../cli/audit/findings/finding.ts";
import type { ManagedCredential } from "../../../../cli/audit/model.ts";
import { renderPrometheus } from "../../../../cli/audit/report/prometheus.ts";
import { DAY_MS } from "../../../../infra/duration.ts";
import { sampleResult } from "../../../support/audit-result.ts";
import { NOW_MS } from "../../../support/graph-server.ts";

const [sample] = sampleResult("x").managed;
if (sample === undefined) throw new Error("the sample has no managed credential");
const managed: ManagedCredential = sample;

function finding(stack: string, severity: Finding["severity"]): Finding {
  return {
    id: `managed-key-missing/${stack}/mailman`,
    kind: "managed-key-missing",
    severity,
    subject: { type: "managedCredential", id: `${stack}/mailman`, name: "mailman" },
    managedCredential: "mailman",
    stack,
    facts: {},
  };
}

/** The condition that holds, by stack. */
async function ready(result: Partial<AuditResult>): Promise<Record<string, string>> {
  const text = await renderPrometheus({ ...sampleResult("x"), ...result });
  const lines = text.matchAll(
    /^keyturn_managed_credential_ready_status\{stack="(\w+)",name="mailman",.*condition="(\w+)"\} ([01])$/gm,
  );
  const all = [...lines];
  assert.equal(all.length, 3 * (result.managed?.length ?? 1));
  return Object.fromEntries(
    all.filter(([, , , value]) => value === "1").map(([, stack = "", condition = ""]) => [stack, condition]),
  );
}

test("a managed credential is ready, or not, or it is not known, and just one of these", async () => {
  const calm = { managed: [managed], findings: [] };
  assert.deepEqual(await ready({ ...calm, complete: true }), { prod: "True" });
  assert.deepEqual(await ready({ ...calm, complete: false }), { prod: "Unknown" });
  for (const severity of ["critical", "high"] as const) {
    const findings = [finding("prod", severity)];
    assert.deepEqual(await ready({ ...calm, findings, complete: false }), { prod: "False" });
  }
  assert.deepEqual(await ready({ ...calm, findings: [finding("prod", "medium")] }), { prod: "True" });
  const at = (endMs: number) => ({ ...managed, keys: [{ keyId: "k", role: "current" as const, endMs }] });
  assert.deepEqual(await ready({ ...calm, managed: [at(NOW_MS)] }), { prod: "False" });
  assert.deepEqual(await ready({ ...calm, managed: [at(NOW_MS + 1000)] }), { prod: "True" });
});

test("of two stacks with a credential of the same name, each has its own status", async () => {
  const both = [managed, { ...managed, stack: "dev", rotationMs: NOW_MS + 7 * DAY_MS }];
  const result = { managed: both, findings: [finding("dev", "critical")], complete: true };
  assert.deepEqual(await ready(result), { prod: "True", dev: "False" });
  const text = await renderPrometheus({ ...sampleResult("x"), ...result });
  assert.equal(text.match(/^keyturn_managed_credential_rotation_timestamp_seconds\{/gm)?.length, 2);
});
