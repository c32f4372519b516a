import type { Forge } from "../../forge/forge.ts";
import type { AuditResult } from "../audit.ts";
import type { GraphClient } from "../graph/client.ts";
import { reminder, solved, tierIssue } from "./issue-text.ts";
import { planScheduled, type ScheduledPlan, type TierAction, tierKey, withoutFailures } from "./plan.ts";
import { type FailedMails, sendMails } from "./send-mails.ts";
import { readTold, type Told } from "./told-line.ts";

export interface TellArgs {
  result: AuditResult;
  forge: Forge;
  docsUrl: string;
  /** Who writes to the owners, and with what; undefined: nobody does. */
  mail: { from: string; client: GraphClient } | undefined;
}

/** What was told. */
export interface ToldPeople {
  tiers: { tier: number; key: string; action: TierAction["kind"]; findings: number; due: number }[];
  mails: { to: string; findings: string[]; sent: boolean }[];
  /** Whether owners are written to at all. */
  mailing: boolean;
  /** Owners who are told tomorrow, since one run writes to so many at most. */
  postponed: number;
  /** Why some messages could not be sent. */
  mailProblem: string | undefined;
  mailRefused: boolean;
}

const NO_FAILURES: FailedMails = { failed: [], why: undefined, refused: false };

/**
 * Tells people what an audit found: issues first, which remember it, then the owners.
 * @throws CommandError if the forge refuses
 */
export async function tellPeople({ result, forge, docsUrl, mail }: TellArgs): Promise<ToldPeople> {
  const told = await readIssues(result, forge);
  const plan = planScheduled({ result, told, mails: mail !== undefined });
  for (const action of plan.tiers) {
    await writeIssue(action, result, forge, docsUrl);
    if (action.kind === "update" && action.remind)
      await forge.commentIssue(action.key, reminder(action, result, docsUrl));
    if (action.kind === "close") await forge.closeIssue(action.key, solved(action, result, docsUrl));
  }
  const outcome =
    mail === undefined ? NO_FAILURES : await sendMails(plan.mails, { ...mail, nowMs: result.nowMs, docsUrl });
  if (outcome.failed.length > 0) {
    for (const action of withoutFailures(plan.tiers, outcome.failed)) {
      await writeIssue(action, result, forge, docsUrl);
    }
  }
  return { ...summaryOf(plan, outcome), mailing: mail !== undefined };
}

/** What the open issues remember, by tier. Tiers that no longer are, because `--days` was changed, are not asked for. */
async function readIssues({ policy }: AuditResult, forge: Forge): Promise<Map<number, Told>> {
  const told = new Map<number, Told>();
  for (const tier of [0, ...policy.tiers]) {
    const body = await forge.readIssue(tierKey(tier));
    if (body !== undefined) told.set(tier, readTold(body));
  }
  return told;
}

async function writeIssue(
  action: TierAction,
  result: AuditResult,
  forge: Forge,
  docsUrl: string,
): Promise<void> {
  if (action.kind === "open" || action.kind === "update") {
    await forge.upsertIssue(action.key, tierIssue(action, result, docsUrl));
  }
}

function summaryOf(
  { tiers, mails, postponed }: ScheduledPlan,
  { failed, why, refused }: FailedMails,
): Omit<ToldPeople, "mailing"> {
  const notSent = new Set(failed.map(({ to }) => to));
  return {
    tiers: tiers.map(({ notice, key, kind }) => ({
      tier: notice.tier,
      key,
      action: kind,
      findings: notice.findings.length,
      due: notice.due.length,
    })),
    mails: mails.map(({ to, findings }) => ({
      to,
      findings: findings.map(({ id }) => id),
      sent: !notSent.has(to),
    })),
    postponed,
    mailProblem: why,
    mailRefused: refused,
  };
}
