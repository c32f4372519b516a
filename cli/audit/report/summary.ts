import type { AuditResult } from "../audit.ts";
import { SEVERITIES, type Severity } from "../findings/severity.ts";

/** How many open findings there are of each severity. */
export function countBySeverity({ findings }: Pick<AuditResult, "findings">): Record<Severity, number> {
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>;
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** One line: `2 critical, 1 high`, or `no findings`. */
export function severityLine(result: Pick<AuditResult, "findings">): string {
  const counts = countBySeverity(result);
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity]} ${severity}`,
  );
  return parts.length === 0 ? "no findings" : parts.join(", ");
}

/** One line on what was read. */
export function readLine({ read }: Pick<AuditResult, "read">): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  return [
    count(read.applications, "application"),
    count(read.servicePrincipals, "service principal"),
    count(read.credentials, "credential"),
    count(read.vaultSecrets, "vault secret"),
    count(read.managedCredentials, "managed credential"),
  ].join(", ");
}
