import { code } from "../audit/report/markdown.ts";
import { exitCodes } from "../exit-codes.ts";
import { day } from "../preview/consequence.ts";
import { renderPreviewMarkdown } from "../preview/render-markdown.ts";
import type { StatusDocument } from "../status/document.ts";
import type { JudgedAlarms } from "./accepted-alarms.ts";
import { type Assessment, exitCodeOf } from "./assess-stack.ts";
import type { Effect } from "./effect.ts";
import { reviewRecordLine } from "./review-record.ts";
import { reportable } from "./safe-report.ts";

export interface PreviewCommentArgs {
  stack: string;
  /** The last commit of the pull request's branch; undefined leaves the record out. */
  head: string | undefined;
}

/** The comment on a pull request: the record of what it shows, what merging does, how alarms are accepted. */
export function renderPreviewComment(assessment: Assessment, { stack, head }: PreviewCommentArgs): string {
  const { document, alarms, succeeded, digest } = assessment;
  const record = succeeded && head !== undefined ? [reviewRecordLine({ head, digest })] : [];
  const sections = [renderPreviewMarkdown(document).trimEnd(), ...renderAlarms(alarms, stack)];
  sections.push(whatMergingDoes(assessment));
  return [...record, sections.join("\n\n")].join("\n");
}

function whatMergingDoes(assessment: Assessment): string {
  const { effects, digest } = assessment;
  switch (exitCodeOf(assessment)) {
    case exitCodes.ok:
      return effects.length === 0
        ? "Merging changes nothing but what is due by plan."
        : `Merging applies exactly this, and what is due by then. Digest: \`${digest}\``;
    case exitCodes.resource:
      return "**Merged as it is, nothing is deployed**: what would break a consumer has to be accepted first.";
    case exitCodes.policy:
      return "**Merged as it is, nothing is deployed**: a mandatory policy is broken.";
    default:
      return "**Merged as it is, nothing is deployed**: the preview failed.";
  }
}

/** What was accepted, what can be, and which acceptances count for nothing. */
export function renderAlarms({ open, accepted, void: without }: JudgedAlarms, stack: string): string[] {
  const file = code(`Pulumi.${stack.split("/").at(-1) ?? stack}.yaml`);
  const sections: string[] = [];
  if (accepted.length > 0) {
    const lines = accepted.map(
      ({ id, reason, until }) => `> - ${code(id)} until ${day(until)}: ${code(reportable(reason))}`,
    );
    sections.push([`> [!NOTE]\n> **Accepted** in ${file}:\n>`, ...lines].join("\n"));
  }
  if (open.length > 0) {
    const lines = open.map(
      ({ id, what }) =>
        `  - alarm: ${id} # ${commented(what)}\n    until: # a date at most 30 days ahead\n    reason: # why`,
    );
    sections.push(
      [
        `If that is what you want, say so in this pull request, in ${file}:`,
        "",
        "```yaml",
        "keyturn:acceptedAlarms:",
        ...lines,
        "```",
      ].join("\n"),
    );
  }
  for (const line of without) sections.push(`Counts for nothing in \`keyturn:acceptedAlarms\`: ${line}.`);
  return sections;
}

/** Fit for a comment in YAML inside a fenced block. */
function commented(text: string): string {
  return reportable(text).replaceAll(/[`\r\n]/g, "'");
}

/** What would change although it is not rotation, in lines. */
export function renderEffects(effects: readonly Effect[]): string[] {
  return effects.flatMap(({ credential, what }) =>
    what.map(
      (each) =>
        `- ${credential === null ? "" : `${code(reportable(credential))}: `}${code(reportable(each))}`,
    ),
  );
}

const COLUMNS = "| Credential | Slot | Generation | Expires | Next rotation |\n|---|---|---|---|---|";

/** The credentials of a stack, after an update. */
export function renderStatus({ credentials }: StatusDocument): string {
  const rows = credentials.map(({ name, current, nextRotationAt }) => {
    const cells = [
      code(name),
      current?.slot ?? "",
      current?.generation ?? "",
      current === null ? "not published" : day(current.expiresAt),
      nextRotationAt === null ? "" : day(nextRotationAt),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [COLUMNS, ...rows].join("\n");
}

/** Links to the pages that problems name. */
export function renderPages(texts: readonly string[], fileUrl: (path: string) => string): string[] {
  const named = texts.flatMap((text) =>
    [...text.matchAll(/docs\/[\w/-]+\.md(#[\w-]+)?/g)].map(([page]) => page),
  );
  return [...new Set(named)].sort().map((page) => `- [${page}](${fileUrl(page)})`);
}

/** A list of foreign texts, harmless. */
export function renderList(texts: readonly string[]): string[] {
  return texts.map((text) => `- ${code(reportable(text))}`);
}
