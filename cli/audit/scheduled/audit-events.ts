import {
  AUDIT_EVENT,
  AUDIT_TIER_EVENT,
  type AuditEvent,
  type AuditTierEvent,
} from "../../../infra/alerts/audit-event.ts";
import { type Severity as AlertSeverity, severities } from "../../../infra/alerts/severity.ts";
import type { CustomEvent } from "../../engine/report-run.ts";
import type { AuditResult } from "../audit.ts";
import type { Finding } from "../findings/finding.ts";
import { isAtLeast } from "../findings/severity.ts";

/** Who is to hear of a finding in a tier, as the settings route alerts. */
export function alertSeverityOf({ tier = 0, severity }: Pick<Finding, "tier" | "severity">): AlertSeverity {
  // On a disabled application nothing can stop.
  if (severity === "info") return "info";
  // What ended long ago and nobody misses, or has a successor, wakes nobody.
  if (tier <= 1) return isAtLeast(severity, "high") ? "critical" : "info";
  return tier <= 14 ? "warning" : "info";
}

/**
 * What an audit reports to a stack's own telemetry: that it ran, and how much is in each tier for each severity.
 * Counts alone; those of nothing too, by which alerts end.
 */
export function auditEvents(
  { findings, policy, complete }: Pick<AuditResult, "findings" | "policy" | "complete">,
  stack: string,
): CustomEvent[] {
  const run: AuditEvent = { stack, complete: complete ? "true" : "false" };
  const tiers = [0, ...policy.tiers.toSorted((a, b) => a - b)].flatMap((tier) =>
    severities.map((severity): AuditTierEvent => {
      const found = findings.filter((each) => each.tier === tier && alertSeverityOf(each) === severity);
      return { ...run, tier: String(tier), severity, findings: String(found.length) };
    }),
  );
  return [
    { name: AUDIT_EVENT, properties: { ...run } },
    ...tiers.map((properties) => ({ name: AUDIT_TIER_EVENT, properties: { ...properties } })),
  ];
}
