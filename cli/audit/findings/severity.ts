/** From the most urgent down. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** 0 for the most urgent. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Whether `severity` is as urgent as `threshold`, or more. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severityRank(severity) <= severityRank(threshold);
}

/** One step less urgent, at the least `low`. */
export function lowered(severity: Severity): Severity {
  return SEVERITIES[Math.min(severityRank(severity) + 1, severityRank("low"))] ?? "low";
}
