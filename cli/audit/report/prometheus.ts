import { Gauge, Registry } from "prom-client";
import type { AuditResult } from "../audit.ts";
import { FINDING_KINDS } from "../findings/catalogue.ts";
import { concerning, managedLabel } from "../findings/finding.ts";
import { isAtLeast, SEVERITIES } from "../findings/severity.ts";

/** Ready, in the three ways that cert-manager has for it. */
const CONDITIONS = ["True", "False", "Unknown"] as const;

/**
 * For Prometheus, in the text format (https://prometheus.io/docs/instrumenting/exposition_formats), e.g. through
 * the node exporter's text files. The names follow cert-manager's
 * (https://cert-manager.io/docs/devops-tips/prometheus-metrics), so that its alerts can be taken over.
 *
 * There is a series for each managed credential, and for each credential that a finding says will end or has
 * ended: not for every credential of the tenant.
 */
export async function renderPrometheus(result: AuditResult): Promise<string> {
  const registry = new Registry();
  expiry(result, registry);
  managed(result, registry);
  totals(result, registry);
  return registry.metrics();
}

function expiry({ findings }: AuditResult, registry: Registry): void {
  const gauge = new Gauge({
    name: "keyturn_credential_expiration_timestamp_seconds",
    help: "When the credential ends, in seconds since 1970.",
    labelNames: ["name", "subject", "client_id", "key_id", "type", "managed", "stack"],
    registers: [registry],
  });
  for (const { tier, dueMs, subject, credential, managedCredential, stack } of findings) {
    if (tier === undefined || dueMs === undefined) continue;
    const labels = {
      name: subject.name,
      subject: subject.id,
      client_id: subject.appId ?? "",
      key_id: credential?.keyId ?? "",
      type: credential?.type ?? subject.type,
      managed: managedCredential ?? "",
      stack: stack ?? "",
    };
    gauge.set(labels, seconds(dueMs));
  }
}

function managed({ findings, managed, nowMs, complete }: AuditResult, registry: Registry): void {
  const labelNames = ["stack", "name", "client_id"] as const;
  const expiration = new Gauge({
    name: "keyturn_managed_credential_expiration_timestamp_seconds",
    help: "When the published secret of the managed credential ends, in seconds since 1970.",
    labelNames,
    registers: [registry],
  });
  const rotation = new Gauge({
    name: "keyturn_managed_credential_rotation_timestamp_seconds",
    help: "When the next rotation of the managed credential is due, in seconds since 1970.",
    labelNames,
    registers: [registry],
  });
  const ready = new Gauge({
    name: "keyturn_managed_credential_ready_status",
    help: "Whether the managed credential is as it should be: 1 for the condition that holds.",
    labelNames: [...labelNames, "condition"],
    registers: [registry],
  });
  const urgent = new Set(
    findings
      .filter(({ severity, stack }) => stack !== undefined && isAtLeast(severity, "high"))
      .map((finding) => managedLabel(finding)),
  );
  for (const credential of managed) {
    const { name, stack, clientId, keys, rotationMs } = credential;
    const labels = { stack, name, client_id: clientId };
    const current = keys.find(({ role }) => role === "current");
    if (typeof current?.endMs === "number") expiration.set(labels, seconds(current.endMs));
    if (rotationMs !== null) rotation.set(labels, seconds(rotationMs));
    const isOver = typeof current?.endMs === "number" && current.endMs <= nowMs;
    const condition =
      urgent.has(managedLabel(concerning(credential))) || isOver ? "False" : complete ? "True" : "Unknown";
    for (const each of CONDITIONS) ready.set({ ...labels, condition: each }, each === condition ? 1 : 0);
  }
}

function totals({ findings, nowMs, complete, read }: AuditResult, registry: Registry): void {
  const registers = [registry];
  const count = new Gauge({
    name: "keyturn_audit_findings",
    help: "Open findings.",
    labelNames: ["severity", "kind"],
    registers,
  });
  // Zeros too: a series that ends where a number falls to nothing cannot be alerted on.
  for (const kind of FINDING_KINDS) for (const severity of SEVERITIES) count.set({ severity, kind }, 0);
  for (const { severity, kind } of findings) count.inc({ severity, kind });
  const readGauge = new Gauge({
    name: "keyturn_audit_read",
    help: "How much the audit has read.",
    labelNames: ["what"],
    registers,
  });
  for (const [what, number] of Object.entries(read)) readGauge.set({ what }, number);
  new Gauge({
    name: "keyturn_audit_last_run_timestamp_seconds",
    help: "When the audit began, in seconds since 1970.",
    registers,
  }).set(seconds(nowMs));
  new Gauge({
    name: "keyturn_audit_complete",
    help: "Whether everything essential was read.",
    registers,
  }).set(complete ? 1 : 0);
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
