import type { AuditResult } from "../audit.ts";
import { describe, FINDING_KINDS, formatDays, titleOf } from "../findings/catalogue.ts";
import type { Finding } from "../findings/finding.ts";
import { SEVERITIES, type Severity } from "../findings/severity.ts";
import { formatDay, formatMoment } from "../graph-time.ts";
import { adviceOn } from "./advice.ts";
import { renderCalendar } from "./html-calendar.ts";
import { escapeHtml as e } from "./html-escape.ts";
import { STYLE } from "./html-style.ts";

import { countBySeverity, readLine } from "./summary.ts";

/** A browser slows down on more rows than this; the other formats have all of them. */
const MOST_ROWS_A_SEVERITY = 2000;

/** What a severity means to somebody who decides on people's time. */
const MEANING: Record<Severity, string> = {
  critical: "Something has stopped, or will within a day.",
  high: "Must be dealt with this week.",
  medium: "Needs a date and a name this month.",
  low: "Worth tidying up.",
  info: "For information.",
};

/**
 * One page for people who have no terminal: no script, nothing loaded from anywhere, readable in the dark and
 * on paper. The policy in its head forbids the browser everything else, should an escape have been missed.
 */
export function renderHtml(result: AuditResult, docsUrl: string): string {
  const { nowMs } = result;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Credential audit, ${formatDay(nowMs)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Credential audit</h1>
<p class="muted">${result.tenant === null ? "" : `Tenant ${e(result.tenant)}, `}${formatMoment(nowMs)}. Read ${e(readLine(result))}.</p>
${incomplete(result)}
${numbers(result)}
<h2>What ends when</h2>
${renderCalendar(result.calendar, nowMs)}
<h2>What to do</h2>
${result.findings.length === 0 ? "<p>Nothing.</p>" : SEVERITIES.map((severity) => section(severity, result, docsUrl)).join("")}
${accepted(result)}
${notes(result)}
</main>
</body>
</html>
`;
}

function incomplete({ complete, gaps }: AuditResult): string {
  if (complete) return "";
  const items = gaps.filter(({ essential }) => essential).map(gapItem);
  return `<div class="warning" role="alert"><strong>This audit is incomplete.</strong> What is missing below may still be there.<ul>${items.join("")}</ul></div>`;
}

function notes({ gaps }: AuditResult): string {
  const items = gaps.filter(({ essential }) => !essential).map(gapItem);
  return items.length === 0 ? "" : `<h2>Notes</h2><ul>${items.join("")}</ul>`;
}

function gapItem({ what, why }: AuditResult["gaps"][number]): string {
  return `<li>${e(what)}: ${e(why)}</li>`;
}

function numbers(result: AuditResult): string {
  const counts = countBySeverity(result);
  const cards = SEVERITIES.map(
    (severity) =>
      `<li class="${severity}${counts[severity] === 0 ? " none" : ""}"><b>${counts[severity]}</b> ${severity}<span>${MEANING[severity]}</span></li>`,
  );
  return `<ul class="numbers">${cards.join("")}</ul>`;
}

function section(severity: Severity, result: AuditResult, docsUrl: string): string {
  const ofSeverity = result.findings.filter((finding) => finding.severity === severity);
  if (ofSeverity.length === 0) return "";
  const shown = ofSeverity.slice(0, MOST_ROWS_A_SEVERITY);
  const left = ofSeverity.length - shown.length;
  const kinds = FINDING_KINDS.filter((kind) => shown.some((finding) => finding.kind === kind));
  const isOpen = severity === "critical" || severity === "high" || severity === "medium";
  return `<details${isOpen ? " open" : ""}><summary class="${severity}">${ofSeverity.length} ${severity}</summary>
<table>
<thead><tr><th class="when">When</th><th class="what">What</th><th>Finding</th></tr></thead>
<tbody>
${shown.map((finding) => row(finding, result)).join("\n")}
</tbody>
</table>
${left > 0 ? `<p class="muted">${left} more are left out here; the CSV and JSON reports have all of them.</p>` : ""}
<ul class="advice">${kinds.map((kind) => advice(kind, docsUrl)).join("")}</ul>
</details>
`;
}

function row(finding: Finding, { nowMs, owners }: AuditResult): string {
  const { subject, dueMs } = finding;
  const people = (owners?.get(subject.id) ?? [])
    .map(({ name, mail }) => name ?? mail)
    .filter((each) => each !== null);
  const details = [
    subject.appId === undefined || subject.appId === "" ? "" : `client id ${subject.appId}`,
    people.length === 0 ? "" : `owned by ${people.slice(0, 5).join(", ")}`,
  ].filter((each) => each !== "");
  return `<tr><td class="when">${dueMs === undefined ? "" : e(when(dueMs, nowMs))}</td><td><bdi>${e(subject.name)}</bdi>${
    details.length === 0 ? "" : `<br><span class="muted">${e(details.join("; "))}</span>`
  }</td><td>${e(titleOf(finding))}: <bdi>${e(describe(finding, nowMs))}</bdi></td></tr>`;
}

function when(dueMs: number, nowMs: number): string {
  const days = formatDays(dueMs - nowMs);
  if (days === "today") return days;
  return dueMs <= nowMs ? `${days} ago` : `in ${days}`;
}

function advice(kind: Finding["kind"], docsUrl: string): string {
  const { title, text, help, runbook } = adviceOn(kind, docsUrl);
  // Only an address that leads somewhere from any place: the page is sent around.
  const link = (address: string | undefined, words: string) =>
    address !== undefined && /^https:\/\//.test(address)
      ? ` <a href="${e(address)}" rel="noreferrer">${words}</a>`
      : "";
  return `<li><strong>${e(title)}.</strong> ${e(text)}${link(help, "More")}${link(runbook, "Step by step")}</li>`;
}

function accepted({ accepted: list }: AuditResult): string {
  if (list.length === 0) return "";
  const rows = list
    .slice(0, MOST_ROWS_A_SEVERITY)
    .map(
      ({ finding, reason, untilMs }) =>
        `<tr><td class="when">${formatDay(untilMs)}</td><td><bdi>${e(finding.subject.name)}</bdi></td><td>${e(titleOf(finding))}</td><td><bdi>${e(reason)}</bdi></td></tr>`,
    );
  return `<h2>Accepted for a while</h2>
<details><summary>${list.length} accepted by the baseline</summary>
<table><thead><tr><th class="when">Until</th><th class="what">What</th><th>Finding</th><th>Reason</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></details>`;
}
