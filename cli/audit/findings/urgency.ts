import type { Finding } from "./finding.ts";
import { severityRank } from "./severity.ts";

/**
 * The order of every report: the severest first; then what ended or ends first; then by name and id, so that
 * two runs agree.
 */
export function byUrgency(a: Finding, b: Finding): number {
  return (
    severityRank(a.severity) - severityRank(b.severity) ||
    (a.dueMs ?? Number.MAX_SAFE_INTEGER) - (b.dueMs ?? Number.MAX_SAFE_INTEGER) ||
    compareText(a.kind, b.kind) ||
    compareText(a.subject.name, b.subject.name) ||
    compareText(a.id, b.id)
  );
}

/** By code units: the same on every machine, whatever its language. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
