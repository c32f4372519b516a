import type { ForgeIssue } from "../../forge/forge.ts";
import type { AuditResult } from "../audit.ts";
import { formatMoment } from "../graph-time.ts";
import { code } from "../report/markdown.ts";
import { countBySeverity, severityLine } from "../report/summary.ts";
import type { ToldPeople } from "./run-scheduled.ts";

/** The one issue of an audit that could not be made, or not completely: silence must not look like peace. */
export const FAILURE_KEY = "audit/failed";

const TIER_ACTIONS: Readonly<Record<ToldPeople["tiers"][number]["action"], string>> = {
  open: "opened",
  update: "updated",
  close: "closed",
  leave: "none",
};

function tierName(tier: number): string {
  return tier === 0 ? "expired" : `${tier} day${tier === 1 ? "" : "s"}`;
}

/** How many messages went out. Addresses are nobody's business in a log. */
function mailLine({ mails, mailing, postponed, mailProblem }: ToldPeople): string {
  if (!mailing) return "owners are not written to: no mailbox is given (--mail-from)";
  const sent = mails.filter((mail) => mail.sent).length;
  const failed = mails.length - sent;
  return [
    `${sent} owner${sent === 1 ? "" : "s"} written to`,
    ...(failed > 0 ? [`${failed} not: ${mailProblem}`] : []),
    ...(postponed > 0 ? [`${postponed} left for the next run`] : []),
  ].join("; ");
}

/** For a terminal and a log. */
export function toldLines(told: ToldPeople, result: AuditResult): string[] {
  return [
    `${result.complete ? "Audit complete" : "AUDIT INCOMPLETE"}: ${severityLine(result)}`,
    ...told.tiers.map(
      ({ tier, action, findings, due }) =>
        `${tierName(tier).padEnd(8)} ${findings} finding${findings === 1 ? "" : "s"}, ${due} due; issue ${TIER_ACTIONS[action]}`,
    ),
    mailLine(told),
  ];
}

/** For the summary of the run, below the audit's own. */
export function toldMarkdown(told: ToldPeople): string {
  return [
    "",
    "### Who is told",
    "",
    "| Tier | Findings | Due today | Issue |",
    "|---|---|---|---|",
    ...told.tiers.map(
      ({ tier, action, findings, due }) =>
        `| ${tierName(tier)} | ${findings} | ${due} | ${TIER_ACTIONS[action]} |`,
    ),
    "",
    `${code(mailLine(told))}`,
    "",
  ].join("\n");
}

/** The document of `--json`. Fields are only ever added. */
export function toldJson(told: ToldPeople, result: AuditResult) {
  const sent = told.mails.filter((mail) => mail.sent).length;
  return {
    schemaVersion: 1,
    command: "pipeline audit",
    auditedAt: formatMoment(result.nowMs),
    complete: result.complete,
    summary: {
      findings: result.findings.length,
      accepted: result.accepted.length,
      ...countBySeverity(result),
    },
    gaps: result.gaps,
    tiers: told.tiers,
    mails: {
      sent,
      failed: told.mails.length - sent,
      postponed: told.postponed,
      problem: told.mailProblem ?? null,
    },
  };
}

/** What people are told of an audit that is no audit. @param why safe to show */
export function failureIssue(why: readonly string[], runUrl: string | undefined): ForgeIssue {
  return {
    title: "The credential audit fails",
    body: [
      "Nobody is told of credentials that are about to expire until it works again.",
      "",
      ...why.map((each) => `- ${code(each)}`),
      "",
      `What it needs: docs/audit.md#rights.${runUrl === undefined ? "" : ` The run: ${runUrl}`}`,
      "",
    ].join("\n"),
    labels: ["keyturn-audit"],
  };
}
