import type { Terminal } from "../../terminal.ts";
import type { AuditResult } from "../audit.ts";
import { describe, FINDING_KINDS, formatDays, titleOf } from "../findings/catalogue.ts";
import type { Finding } from "../findings/finding.ts";
import type { Severity } from "../findings/severity.ts";
import { safeText } from "../safe-text.ts";
import { adviceOn } from "./advice.ts";
import { displayWidth, padColumns } from "./columns.ts";
import { readLine, severityLine } from "./summary.ts";

const COLUMNS = 80;
const SEVERITY_COLUMNS = 10;
const WHEN_COLUMNS = 15;
const INDENT = SEVERITY_COLUMNS + WHEN_COLUMNS;

type Style = Terminal["style"];

export interface TableArgs {
  /** At most so many findings are shown, the most urgent ones; 0: all. */
  limit: number;
  docsUrl: string;
  style: Style;
}

const STYLES: Record<Severity, Parameters<Style>[0]> = {
  critical: ["bold", "red"],
  high: "red",
  medium: "yellow",
  low: "cyan",
  info: "gray",
};

/** For people at a terminal of 80 columns: the most urgent first, then what to do, then the sum. */
export function renderTable(result: AuditResult, { limit, docsUrl, style }: TableArgs): string {
  const { findings, nowMs } = result;
  const shown = limit === 0 ? findings : findings.slice(0, limit);
  const lines: string[] = [];
  if (shown.length > 0) {
    const head = `${padColumns("SEVERITY", SEVERITY_COLUMNS)}${padColumns("WHEN", WHEN_COLUMNS)}WHAT`;
    lines.push(style("bold", head));
    for (const finding of shown) lines.push(...row(finding, nowMs, style));
    if (shown.length < findings.length) {
      lines.push("", `${findings.length - shown.length} more, less urgent: --limit 0 shows all of them.`);
    }
    lines.push("", style("bold", "WHAT TO DO"), ...advice(shown, docsUrl), "");
  }
  lines.push(...footer(result, style));
  return `${lines.join("\n")}\n`;
}

function row(finding: Finding, nowMs: number, style: Style): string[] {
  const severity = style(STYLES[finding.severity], padColumns(finding.severity, SEVERITY_COLUMNS));
  const name = padColumns(`${finding.subject.name}`, COLUMNS - INDENT).trimEnd();
  const text = wrap(`${titleOf(finding)}: ${describe(finding, nowMs)}`, COLUMNS - INDENT);
  return [
    `${severity}${padColumns(when(finding, nowMs), WHEN_COLUMNS)}${style("bold", name)}`,
    ...[...text, ...clientId(finding)].map((line) => " ".repeat(INDENT) + line),
  ];
}

/** Names are not unique: by this an application is found. */
function clientId({ subject }: Finding): string[] {
  return subject.appId === undefined || subject.appId === "" ? [] : [`client id ${subject.appId}`];
}

function when({ dueMs }: Finding, nowMs: number): string {
  if (dueMs === undefined) return "";
  const days = formatDays(dueMs - nowMs);
  if (days === "today") return days;
  return dueMs <= nowMs ? `${days} ago` : `in ${days}`;
}

function advice(findings: readonly Finding[], docsUrl: string): string[] {
  const present = new Set(findings.map(({ kind }) => kind));
  return FINDING_KINDS.filter((kind) => present.has(kind)).flatMap((kind) => {
    const { title, text, help, runbook } = adviceOn(kind, docsUrl);
    return [
      ...wrap(`${title}: ${text}`, COLUMNS),
      `  ${help}`,
      ...(runbook === undefined ? [] : [`  ${runbook}`]),
    ];
  });
}

function footer(result: AuditResult, style: Style): string[] {
  const lines = wrap(`Read ${readLine(result)}.`, COLUMNS);
  for (const { what, why, essential } of result.gaps) {
    lines.push(
      ...wrap(`${essential ? "NOT READ" : "Note"}: ${what}: ${why}`, COLUMNS).map((line) =>
        essential ? style("red", line) : line,
      ),
    );
  }
  if (result.unmatched.length > 0) {
    lines.push("Accepted in the baseline, but not found any more:");
    for (const { finding } of result.unmatched.slice(0, 20)) lines.push(`  ${safeText(finding)}`);
  }
  const accepted = result.accepted.length === 0 ? "" : `; ${result.accepted.length} accepted by the baseline`;
  const state = result.complete ? "Audit complete" : "AUDIT INCOMPLETE";
  const sum = wrap(`${state}: ${severityLine(result)}${accepted}.`, COLUMNS);
  lines.push(...sum.map((line) => style("bold", line)));
  return lines;
}

/** Breaks a text at spaces into lines of at most `columns` columns; a longer word is broken anywhere. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (displayWidth(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const { segment } of graphemes.segment(word)) {
      if (displayWidth(line + segment) > columns) {
        lines.push(line);
        line = "";
      }
      line += segment;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
