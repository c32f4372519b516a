import { code } from "../audit/report/markdown.ts";
import { exitCodes } from "../exit-codes.ts";
import { alikeGroups, alikeText } from "../preview/alike.ts";
import { day } from "../preview/consequence.ts";
import type { PreviewDocument } from "../preview/document.ts";
import { kindOf } from "../preview/kind.ts";
import { renderPreviewMarkdown } from "../preview/render-markdown.ts";
import { laterIn } from "../preview/summary.ts";
import type { StatusDocument } from "../status/document.ts";
import type { JudgedAlarms } from "./accepted-alarms.ts";
import { type Assessment, exitCodeOf } from "./assess-stack.ts";
import { type Effect, isPlainEffect } from "./effect.ts";
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
  const preview = renderPreviewMarkdown(document, { commit: head }).trimEnd();
  const sections = [preview, ...renderAlarms(alarms, stack)];
  sections.push(whatMergingDoes(assessment));
  return [...record, sections.join("\n\n")].join("\n");
}

function whatMergingDoes(assessment: Assessment): string {
  const { effects, digest, document } = assessment;
  switch (exitCodeOf(assessment)) {
    case exitCodes.ok:
      return effects.length === 0
        ? whatTimeBrings(document)
        : `Merging applies exactly this, and what is due by then. Digest: \`${digest}\``;
    case exitCodes.resource:
      return "**Merged as it is, nothing is deployed**: what would break a consumer has to be accepted first.";
    case exitCodes.policy:
      return "**Merged as it is, nothing is deployed**: a mandatory policy is broken.";
    default:
      return "**Merged as it is, nothing is deployed**: the preview failed.";
  }
}

function whatTimeBrings({ credentials }: PreviewDocument): string {
  const later = laterIn(credentials);
  if (later.length === 0) return "Merging changes nothing but what is due by plan.";
  const [first] = later.flatMap(({ next }) => (next?.action === "rotate" ? [day(next.at)] : [])).toSorted();
  const from = `from ${later.length === 1 ? "its" : "their"} next rotation on${first === undefined ? "" : `, the first on ${first}`}`;
  const who = `${later.length} credential${later.length === 1 ? " follows" : "s follow"}`;
  return `Merging changes nothing at once but what is due by plan; **${from}, ${who} the new policy**.`;
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
  const isPlain = (effect: Effect) => effect.credential === null && isPlainEffect(effect);
  return alikeGroups(effects, isPlain).flatMap((group) => {
    if (group.length > 1) return [`- ${code(reportable(alikeText(group)))}`];
    return group.flatMap(({ credential, what }) =>
      what.map(
        (each) =>
          `- ${credential === null ? "" : `${code(reportable(credential))}: `}${code(reportable(each))}`,
      ),
    );
  });
}

/** What somebody did in Azure, and how an update would set it back. */
export function renderDrift(effect: Effect): string {
  const { operation, type, name, credential, changed, what } = effect;
  const resource = `${kindOf(type)} ${name}`;
  const did =
    operation === "create"
      ? `${resource} was deleted`
      : `${resource} was changed${changed.length === 0 ? "" : `: ${changed.join(", ")}`}`;
  if (operation === "delete") return renderEffects([effect]).join("\n");
  const back = isPlainEffect(effect) ? [] : [what.join("; ")];
  const of = credential === null ? "" : `${code(reportable(credential))}: `;
  return `- ${of}${[did, ...back].map((each) => code(reportable(each))).join("; an update would do this: ")}`;
}

const COLUMNS = "| Credential | Slot | Generation | Expires | Next rotation |\n|---|---|---|---|---|";

/** When what failed is tried again, by credential. */
export type NextTries = Readonly<Record<string, string>>;

/** The credentials of a stack, after an update. */
export function renderStatus({ credentials }: StatusDocument, nextTries: NextTries = {}): string {
  const rows = credentials.map(({ name, current, nextRotationAt }) => {
    const nextTry = nextTries[name];
    const cells = [
      code(name),
      current?.slot ?? "",
      current?.generation ?? "",
      current === null ? "not published" : day(current.expiresAt),
      nextTry !== undefined
        ? `**tried again** by the first run after ${moment(nextTry)}`
        : nextRotationAt === null
          ? ""
          : day(nextRotationAt),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [COLUMNS, ...rows].join("\n");
}

/** To the minute, as people read it. */
function moment(instant: string): string {
  return `${day(instant)} ${instant.slice(11, 16)} UTC`;
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
