import { createHash } from "node:crypto";
import type { Log, Notification, ReportingDescriptor, Result } from "sarif";
import type { AuditResult } from "../audit.ts";
import { describe, FINDING_KINDS, titleOf } from "../findings/catalogue.ts";
import type { Finding } from "../findings/finding.ts";
import type { Severity } from "../findings/severity.ts";
import { formatMoment } from "../graph-time.ts";
import { adviceOn } from "./advice.ts";

/**
 * The numbers by which GitHub sorts security results
 * (https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning).
 */
const SCORES: Record<Severity, string> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "3.0",
  info: "0.0",
};

const LEVELS: Record<Severity, Result.level> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};

/**
 * Of a run GitHub keeps 5,000 results, by severity, and it refuses one of more than 25,000
 * (https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).
 */
const MOST_RESULTS = 5000;

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning. */
export function renderSarif(result: AuditResult, docsUrl: string): string {
  const shown = result.findings.slice(0, MOST_RESULTS);
  const left = result.findings.length - shown.length;
  const present = FINDING_KINDS.filter((kind) => shown.some((finding) => finding.kind === kind));
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: { name: "keyturn audit", rules: present.map((kind) => rule(kind, result, docsUrl)) },
        },
        invocations: [
          {
            executionSuccessful: result.complete,
            startTimeUtc: formatMoment(result.nowMs),
            toolExecutionNotifications: [
              ...result.gaps.map(({ what, why, essential }) => ({
                level: essential ? ("error" as const) : ("note" as const),
                message: { text: `${what}: ${why}` },
              })),
              ...(left > 0 ? [leftOut(left)] : []),
            ],
          },
        ],
        results: shown.map((finding) => sarifResult(finding, present.indexOf(finding.kind), result)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function leftOut(left: number): Notification {
  const text = `${left} more findings, less urgent, are left out here; the CSV and JSON reports have all of them.`;
  return { level: "warning", message: { text } };
}

function rule(kind: Finding["kind"], { findings }: AuditResult, docsUrl: string): ReportingDescriptor {
  const { title, text, help: link, runbook } = adviceOn(kind, docsUrl);
  // The findings are sorted: the first of a kind is its worst.
  const worst = findings.find((finding) => finding.kind === kind)?.severity ?? "info";
  return {
    id: kind,
    shortDescription: { text: title },
    help: { text: `${text} See ${link}${runbook === undefined ? "" : ` and ${runbook}`}` },
    ...(URL.canParse(link) ? { helpUri: link } : {}),
    properties: { tags: ["security"], "security-severity": SCORES[worst] },
  };
}

function sarifResult(finding: Finding, ruleIndex: number, { nowMs }: AuditResult): Result {
  const { subject, severity } = finding;
  return {
    ruleId: finding.kind,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: `${subject.name}: ${titleOf(finding)}: ${describe(finding, nowMs)}` },
    // GitHub shows no result without a file. There is none: this name only groups results by application.
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `entra/${subject.type}/${encodeURIComponent(subject.id)}` },
          region: { startLine: 1 },
        },
        logicalLocations: [{ name: subject.name, fullyQualifiedName: subject.id, kind: "resource" }],
      },
    ],
    partialFingerprints: { "keyturnFinding/v1": createHash("sha256").update(finding.id).digest("hex") },
    properties: {
      severity,
      findingId: finding.id,
      ...(finding.dueMs === undefined ? {} : { due: formatMoment(finding.dueMs) }),
    },
  };
}
