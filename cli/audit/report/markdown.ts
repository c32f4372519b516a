import type { AuditResult } from "../audit.ts";
import { describe, formatDays, titleOf } from "../findings/catalogue.ts";
import type { Finding } from "../findings/finding.ts";
import { formatMoment } from "../graph-time.ts";
import type { TierNotice } from "../notices.ts";
import { adviceOn } from "./advice.ts";
import { readLine, severityLine } from "./summary.ts";

/** A GitHub step summary holds 1 MiB (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits). */
const MOST_SUMMARY_BYTES = 1_000_000;
/** An issue's body or a comment holds 65,536 characters. */
const MOST_BODY_BYTES = 60_000;

export interface MarkdownArgs {
  docsUrl: string;
  /** What is longer is cut, with a word about it. Default: what a GitHub step summary holds, with a margin. */
  mostBytes?: number;
}

/** A summary for a pipeline's run. */
export function renderMarkdown(
  result: AuditResult,
  { docsUrl, mostBytes = MOST_SUMMARY_BYTES }: MarkdownArgs,
): string {
  const accepted = result.accepted.length === 0 ? "" : `, ${result.accepted.length} accepted by the baseline`;
  const head = [
    "## Credential audit",
    "",
    `${result.complete ? "" : "**Incomplete.** "}**${severityLine(result)}**${accepted}. Read ${readLine(result)}; judged ${formatMoment(result.nowMs)}.`,
    "",
    ...result.gaps.flatMap(({ what, why, essential }) => [
      `- ${essential ? "**Not read**" : "Note"}: ${code(what)}: ${code(why)}`,
    ]),
    "",
  ];
  return withFindings(head, result.findings, result.nowMs, docsUrl, mostBytes);
}

/** The body of the one issue of a tier, rewritten by each run. @param mostBytes what is longer is cut */
export function renderTierBody(
  { tier, findings }: TierNotice,
  result: AuditResult,
  docsUrl: string,
  mostBytes = MOST_BODY_BYTES,
): string {
  const what = tier === 0 ? "have expired" : `expire within ${tier} day${tier === 1 ? "" : "s"}`;
  const head =
    findings.length === 0
      ? [
          `Nothing ${tier === 0 ? "has expired" : "is in this tier"} any more (${formatMoment(result.nowMs)}).`,
          "",
        ]
      : [`These ${what} (judged ${formatMoment(result.nowMs)}).`, ""];
  return withFindings(head, findings, result.nowMs, docsUrl, mostBytes);
}

/** A table of as many findings as fit, each kind's advice, and a word about what was left out. */
function withFindings(
  head: readonly string[],
  findings: readonly Finding[],
  nowMs: number,
  docsUrl: string,
  mostBytes: number,
): string {
  if (findings.length === 0) return `${head.join("\n")}\n`;
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  const tail = [
    "",
    "**What to do**",
    "",
    ...kinds.map((kind) => {
      const { title, text, help, runbook } = adviceOn(kind, docsUrl);
      const steps = runbook === undefined ? "" : ` [Step by step](${runbook}).`;
      return `- [${title}](${help}): ${text}${steps}`;
    }),
  ];
  const table = ["| Severity | When | What | Finding |", "|---|---|---|---|"];
  const cutWord = (left: number) => `\n${left} more, less urgent, are left out here for want of space.`;
  let bytes = size([...head, ...table, ...tail]) + Buffer.byteLength(cutWord(findings.length)) + 2;
  const rows: string[] = [];
  for (const finding of findings) {
    const row = tableRow(finding, nowMs);
    bytes += Buffer.byteLength(row) + 1;
    if (bytes > mostBytes) break;
    rows.push(row);
  }
  const left = findings.length - rows.length;
  return `${[...head, ...table, ...rows, ...(left > 0 ? [cutWord(left)] : []), ...tail].join("\n")}\n`;
}

function tableRow(finding: Finding, nowMs: number): string {
  const { dueMs, subject, severity } = finding;
  const days = dueMs === undefined ? "" : formatDays(dueMs - nowMs);
  const when = dueMs === undefined || days === "today" ? days : dueMs <= nowMs ? `${days} ago` : `in ${days}`;
  return `| ${severity} | ${when} | ${code(subject.name)} | ${titleOf(finding)}: ${code(describe(finding, nowMs))} |`;
}

/**
 * A foreign text as Markdown. Inside `<code>` GitHub makes no mention, link or issue reference of it; every
 * character that Markdown or HTML could read as its own is written as a reference, which has no meaning to
 * either (CommonMark 0.31, section 2.5), and a bar as one does not end a table's cell.
 */
export function code(text: string): string {
  const escaped = text.replace(/[^\p{L}\p{N}\p{M} ]/gu, (character) =>
    character.length === 1 && character.charCodeAt(0) < 128 ? `&#${character.charCodeAt(0)};` : character,
  );
  return `<code>${escaped}</code>`;
}

function size(lines: readonly string[]): number {
  return Buffer.byteLength(lines.join("\n"));
}
