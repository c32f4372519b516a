import { code } from "../audit/report/markdown.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { ForgeIssue } from "../forge/forge.ts";
import type { ForgeRun } from "../forge/forge-run.ts";
import { day } from "../preview/consequence.ts";
import type { StatusDocument } from "../status/document.ts";
import type { Intention, Urgency } from "./intentions.ts";
import {
  type NextTries,
  renderDrift,
  renderEffects,
  renderList,
  renderPages,
  renderStatus,
} from "./render.ts";
import type { ForeignEffect } from "./rotation-verdict.ts";
import { reportable } from "./safe-report.ts";

/** How an unattended rotation went. */
export interface RotationReport {
  stack: string;
  /** `refused`: something other than rotation would change. `attention`: done, and a credential needs a person. */
  outcome: "done" | "refused" | "attention" | "failed";
  exitCode: number;
  /** What was to be done. */
  intentions: Intention[];
  /** What would change and does not belong to rotation. */
  foreign: ForeignEffect[];
  /** What needs a person. */
  problems: string[];
  /** How long there is time, where nothing was applied; undefined where that is not known. */
  urgency: Urgency | undefined;
  /** When what failed is tried again, by credential. */
  nextTries: NextTries;
  /** After the update; undefined if there was none. */
  status: StatusDocument | undefined;
}

/** Reports of runs that came to nothing. */
export const reportOf = {
  failure(stack: string, error: unknown): RotationReport {
    const isForeseen = error instanceof CommandError;
    const text = isForeseen
      ? error.message
      : `internal error: ${error instanceof Error ? error.stack : error}`;
    return {
      stack,
      outcome: "failed",
      exitCode: isForeseen ? error.exitCode : exitCodes.internal,
      intentions: [],
      foreign: [],
      problems: [text],
      urgency: undefined,
      nextTries: {},
      status: undefined,
    };
  },
};

const TITLES: Readonly<Record<RotationReport["outcome"], string>> = {
  done: "Rotation",
  refused: "Rotation left undone",
  attention: "Rotation: a credential needs a person",
  failed: "Rotation failed",
};

function titleOf({ outcome, status }: RotationReport): string {
  const needy = namesInNeed(status).length;
  return outcome === "attention" && needy > 1
    ? `Rotation: ${needy} credentials need a person`
    : TITLES[outcome];
}

function namesInNeed(status: StatusDocument | undefined): string[] {
  return (status?.credentials ?? []).flatMap(({ name, problems }) => (problems.length > 0 ? [name] : []));
}

/** For the summary of the run. */
export function renderRotation(report: RotationReport, run: Pick<ForgeRun, "fileUrl">): string {
  return `## ${titleOf(report)}: stack \`${report.stack}\`\n\n${bodyOf(report, run)}\n`;
}

/** For the one issue of the stack. */
export function renderIssue(report: RotationReport, run: Pick<ForgeRun, "fileUrl" | "url">): ForgeIssue {
  const where = run.url === undefined ? "" : `\n\nThe run: ${run.url}`;
  return {
    title: `${titleOf(report)}: stack ${report.stack}`,
    body: `${bodyOf(report, run)}${where}\n\nThis issue is kept up to date by each run, and closed by the first one that ends well.`,
    labels: ["keyturn"],
  };
}

function bodyOf(report: RotationReport, { fileUrl }: Pick<ForgeRun, "fileUrl">): string {
  const { outcome, intentions, foreign, problems, status, urgency } = report;
  const sections: string[] = [];
  if (outcome === "refused") {
    sections.push(
      foreign.length > 0
        ? "Nothing was applied: besides what is due, an update would change what nobody has seen."
        : "Nothing was applied.",
    );
    sections.push(
      ...foreignSection(foreign, "drift", "Somebody changed Azure since the last update (drift):"),
    );
    sections.push(
      ...foreignSection(
        foreign,
        "undeployed",
        "Merged and not deployed, or brought by an upgrade. An update would do this:",
      ),
    );
  }
  if (problems.length > 0) sections.push(["**Needs a person**", "", ...renderList(problems)].join("\n"));
  sections.push(...intentionSections(report));
  if (intentions.length === 0 && outcome === "done") sections.push("Nothing was due.");
  if (urgency !== undefined) sections.push(renderUrgency(urgency));
  if (status !== undefined) {
    sections.push(renderStatus(status, report.nextTries));
    if (Object.keys(report.nextTries).length > 0)
      sections.push("What is published stays published, and works until the day in the table.");
  }
  const pages = renderPages([...problems, ...(outcome === "done" ? [] : [PAGE])], fileUrl);
  if (pages.length > 0) sections.push(["What to do:", "", ...pages].join("\n"));
  return sections.join("\n\n");
}

function intentionSections({ outcome, intentions, status }: RotationReport): string[] {
  const section = (lead: string, texts: readonly string[]) =>
    texts.length === 0 ? [] : [[lead, "", ...renderList(texts)].join("\n")];
  if (outcome === "refused" || outcome === "failed") {
    return section(
      "Waits for that:",
      intentions.map(({ open }) => open),
    );
  }
  const needy = namesInNeed(status);
  const [tried, done] = [true, false].map((isNeedy) =>
    intentions.filter(({ credential }) => needy.includes(credential) === isNeedy),
  );
  return [
    ...section(
      "Was tried:",
      (tried ?? []).map(({ open }) => open),
    ),
    ...section(
      outcome === "done" ? "Was due:" : "Was due, and is done:",
      (done ?? []).map((each) => each.done),
    ),
  ];
}

function renderUrgency({ isWaiting, credential, until }: Urgency): string {
  const name = code(reportable(credential));
  return isWaiting
    ? `There is time until **${day(until)}**: of what waits to be rotated, the published secret of ${name} ends first.`
    : `No rotation is due yet. The first published secret to end is that of ${name}, on ${day(until)}.`;
}

const PAGE = "docs/pipelines.md#what-red-means";

function foreignSection(
  foreign: readonly ForeignEffect[],
  origin: ForeignEffect["origin"],
  head: string,
): string[] {
  const ofOrigin = foreign.filter((effect) => effect.origin === origin);
  const lines = origin === "drift" ? ofOrigin.map(renderDrift) : renderEffects(ofOrigin);
  return lines.length === 0 ? [] : [[`**${head}**`, "", ...lines].join("\n")];
}
