import type { ForgeIssue } from "../../forge/forge.ts";
import type { AuditResult } from "../audit.ts";
import { formatMoment } from "../graph-time.ts";
import { adviceOn } from "../report/advice.ts";
import { tierTitle } from "../report/json.ts";
import { scheduledLink } from "../report/links.ts";
import { code, renderTierBody } from "../report/markdown.ts";
import type { TierAction } from "./plan.ts";
import { toldLine } from "./told-line.ts";

/** GitHub takes 65,536 characters; the line that remembers has up to 25,000 of them, the owners' names 3,000. */
const MOST_TABLE_BYTES = 36_000;
const MOST_OWNERS = 20;

type WrittenTier = Extract<TierAction, { kind: "open" | "update" }>;

/** The one issue of a tier. */
export function tierIssue({ notice, told }: WrittenTier, result: AuditResult, docsUrl: string): ForgeIssue {
  const warning = result.complete
    ? []
    : ["**The audit was incomplete:** there may be more, and nothing is closed until one is complete.", ""];
  return {
    title: tierTitle(notice.tier, notice.findings.length),
    body: [
      ...warning,
      renderTierBody(notice, result, docsUrl, MOST_TABLE_BYTES),
      ownersLine(
        result,
        notice.findings.map(({ subject }) => subject.id),
      ),
      "",
      "Updated by each audit; closed by the first one that finds nothing left. Close it by hand and the next audit opens another one.",
      "",
      toldLine(told),
    ].join("\n"),
    labels: ["keyturn-audit"],
  };
}

/** Names, not mentions: an account here need not be the person there. */
function ownersLine({ owners }: AuditResult, subjects: readonly string[]): string {
  if (owners === undefined) return "Owners: not read.";
  const names = new Map(
    subjects.flatMap((id) =>
      (owners.get(id) ?? []).map((owner) => [owner.id, owner.name ?? owner.id] as const),
    ),
  );
  if (names.size === 0) return "Owners: none are recorded.";
  const shown = [...names.values()].slice(0, MOST_OWNERS).map(code).join(", ");
  return `Owners: ${shown}${names.size > MOST_OWNERS ? ` and ${names.size - MOST_OWNERS} more` : ""}.`;
}

/** What those who follow a tier's issue are told again. */
export function reminder(
  { notice: { tier, due, findings } }: TierAction,
  { nowMs }: AuditResult,
  docsUrl: string,
): string {
  const what = tier === 0 ? "expired" : `will expire within ${tier} day${tier === 1 ? "" : "s"}`;
  const names = [...new Set(due.map(({ subject }) => subject.name))];
  const shown = names.slice(0, MOST_OWNERS).map(code).join(", ");
  const more = names.length > MOST_OWNERS ? ` and ${names.length - MOST_OWNERS} more` : "";
  const kinds = [...new Set(due.map(({ kind }) => kind))];
  const links = kinds.map((kind) => {
    const { title, help, runbook } = adviceOn(kind, docsUrl);
    return `[${title}](${runbook ?? help})`;
  });
  return `Reminder of ${formatMoment(nowMs)}: ${findings.length} ${what}. New here, or still unsolved: ${shown}${more}. What to do: ${links.join(", ")}.`;
}

/** The last word on a tier's issue. */
export function solved({ notice: { tier } }: TierAction, { nowMs }: AuditResult, docsUrl: string): string {
  const what =
    tier === 0
      ? "Nothing expired is left"
      : `Nothing is left that expires within ${tier} day${tier === 1 ? "" : "s"} and not sooner`;
  return `${what} (${formatMoment(nowMs)}). [How this issue comes and goes](${scheduledLink(docsUrl)}).`;
}
