import { CommandError, exitCodes } from "../exit-codes.ts";
import type { ForgeIssue } from "../forge/forge.ts";
import type { ForgeRun } from "../forge/forge-run.ts";
import type { StatusDocument } from "../status/document.ts";
import { renderEffects, renderList, renderPages, renderStatus } from "./render.ts";
import type { ForeignEffect } from "./rotation-verdict.ts";

/** How an unattended rotation went. */
export interface RotationReport {
  stack: string;
  /** `refused`: something other than rotation would change. `attention`: done, and a credential needs a person. */
  outcome: "done" | "refused" | "attention" | "failed";
  exitCode: number;
  /** What was to be done. */
  intentions: string[];
  /** What would change and does not belong to rotation. */
  foreign: ForeignEffect[];
  /** What needs a person. */
  problems: string[];
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

/** For the summary of the run. */
export function renderRotation(report: RotationReport, run: Pick<ForgeRun, "fileUrl">): string {
  return `## ${TITLES[report.outcome]}: stack \`${report.stack}\`\n\n${bodyOf(report, run)}\n`;
}

/** For the one issue of the stack. */
export function renderIssue(report: RotationReport, run: Pick<ForgeRun, "fileUrl" | "url">): ForgeIssue {
  const where = run.url === undefined ? "" : `\n\nThe run: ${run.url}`;
  return {
    title: `${TITLES[report.outcome]}: stack ${report.stack}`,
    body: `${bodyOf(report, run)}${where}\n\nThis issue is kept up to date by each run, and closed by the first one that ends well.`,
    labels: ["keyturn"],
  };
}

function bodyOf(report: RotationReport, { fileUrl }: Pick<ForgeRun, "fileUrl">): string {
  const { outcome, intentions, foreign, problems, status } = report;
  const sections: string[] = [];
  if (outcome === "refused") {
    sections.push(
      foreign.length > 0
        ? "Nothing was applied: besides what is due, an update would change what nobody has seen."
        : "Nothing was applied.",
    );
    sections.push(
      ...foreignSection(
        foreign,
        "drift",
        "Somebody changed Azure since the last update (drift). To set it back, an update would do this:",
      ),
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
  if (intentions.length > 0) {
    const lead = outcome === "refused" || outcome === "failed" ? "Waits for that:" : "Was due:";
    sections.push([lead, "", ...renderList(intentions)].join("\n"));
  } else if (outcome === "done") sections.push("Nothing was due.");
  if (status !== undefined) sections.push(renderStatus(status));
  const pages = renderPages([...problems, ...(outcome === "done" ? [] : [PAGE])], fileUrl);
  if (pages.length > 0) sections.push(["What to do:", "", ...pages].join("\n"));
  return sections.join("\n\n");
}

const PAGE = "docs/pipelines.md#what-red-means";

function foreignSection(
  foreign: readonly ForeignEffect[],
  origin: ForeignEffect["origin"],
  head: string,
): string[] {
  const lines = renderEffects(foreign.filter((effect) => effect.origin === origin));
  return lines.length === 0 ? [] : [[`**${head}**`, "", ...lines].join("\n")];
}
