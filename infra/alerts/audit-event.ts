import type { Severity } from "./severity.ts";

/**
 * What the scheduled audit reports of each run, as custom events in the stack's own Application Insights component.
 * Counts alone: names of applications are nobody's business there.
 */
export const AUDIT_EVENT = "KeyturnAuditRun";

/** The attributes of a run's event. */
export interface AuditEvent {
  stack: string;
  /** Whether everything essential could be read. */
  complete: "true" | "false";
}

/** One for each tier of a run and each severity, those without findings too. */
export const AUDIT_TIER_EVENT = "KeyturnAuditTier";

export interface AuditTierEvent extends AuditEvent {
  /** Days before the end, 0 for expired, in digits. */
  tier: string;
  /** Whom it concerns, as the settings route alerts. */
  severity: Severity;
  /** How many findings are in it, in digits. */
  findings: string;
}
