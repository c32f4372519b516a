import { DAY_MS } from "../../../infra/duration.ts";
import type { AuditResult } from "../audit.ts";
import type { Finding } from "../findings/finding.ts";
import { formatDay } from "../graph-time.ts";
import { type NoticeState, type Recipient, recipientsOf, type TierNotice, tierNotices } from "../notices.ts";
import { dayOf, markOf, type Told } from "./told-line.ts";

/** What there is to do for the one issue of a tier. */
export type TierAction = {
  notice: TierNotice;
  /** Found again by it. */
  key: string;
} & (
  | { kind: "open" | "update"; told: Told; remind: boolean }
  | { kind: "close" }
  /** There is no issue and no need of one; or the audit could not see whether there still is. */
  | { kind: "leave" }
);

/** A message to an owner. */
export interface OwnerMail {
  to: string;
  /** Most urgent first. */
  findings: Finding[];
}

export interface ScheduledPlan {
  tiers: TierAction[];
  mails: OwnerMail[];
  /** Owners beyond the most that one run writes to: they are told tomorrow. */
  postponed: number;
}

/** One run writes to so many owners at most: Exchange takes 30 messages a minute from a mailbox. */
const MOST_MAILS = 200;

export interface ScheduledArgs {
  result: AuditResult;
  /** What was told before, by the tier whose open issue says so; a tier that is not there has no open issue. */
  told: ReadonlyMap<number, Told>;
  /** Whether owners are written to. */
  mails: boolean;
}

/** Which issue a tier has. No key is a part of another one: a forge may find by parts. */
export function tierKey(tier: number): string {
  return tier === 0 ? "audit/expired" : `audit/${tier}-days`;
}

/**
 * Decides what a scheduled audit tells whom: one issue for each tier, opened when something comes into it, updated at
 * each run, reminded of as `tierNotices` says, closed when nothing is left; and one message at most a day to each
 * owner, about everything of theirs that is due. A second run on the same day tells nobody anything twice. An audit
 * that is not complete closes nothing and forgets nothing: what it did not see may still be there.
 */
export function planScheduled({ result, told, mails }: ScheduledArgs): ScheduledPlan {
  const { findings, policy, nowMs, complete, owners } = result;
  const today = dayOf(nowMs);
  const { notices, state } = tierNotices(findings, policy.tiers, noticeState(findings, told), nowMs);
  const due = notices.flatMap((notice) => notice.due);
  const writtenTo = new Set(
    [...told.values()].filter(({ ownersDay }) => ownersDay === today).flatMap((each) => [...each.owners]),
  );
  const recipients = mails
    ? recipientsOf(due, owners).filter(({ mail }) => !writtenTo.has(markOf(mail)))
    : [];
  const ordered = inFairOrder(recipients, due, today);
  const [chosen, postponed] = [ordered.slice(0, MOST_MAILS), ordered.slice(MOST_MAILS)];
  const byId = new Map(due.map((finding) => [finding.id, finding]));
  const mailOf = ({ mail, findings: ids }: Recipient): OwnerMail => ({
    to: mail,
    findings: ids.flatMap((id) => byId.get(id) ?? []),
  });
  const marks = new Set([...writtenTo, ...chosen.map(({ mail }) => markOf(mail))]);
  const tiers = notices.map((notice): TierAction => {
    const before = told.get(notice.tier);
    const key = tierKey(notice.tier);
    if (notice.findings.length === 0)
      return { notice, key, kind: before !== undefined && complete ? "close" : "leave" };
    const unseen = complete || before === undefined ? [] : before.findings;
    const seen = notice.findings.map(({ id }): [string, number] => [
      markOf(id),
      dayOfText(state.told[id]?.day, today),
    ]);
    return {
      notice,
      key,
      kind: before === undefined ? "open" : "update",
      told: { findings: new Map([...unseen, ...seen]), ownersDay: today, owners: marks },
      // Opening an issue tells those who follow by itself.
      remind: before !== undefined && notice.due.length > 0,
    };
  });
  // Their findings count as not told of, so that the next run goes on with them.
  return {
    tiers: withoutFailures(tiers, postponed.map(mailOf)),
    mails: chosen.map(mailOf),
    postponed: postponed.length,
  };
}

/** The most urgent tier first; within one, a different order each day, so that nobody is always left for the next run. */
function inFairOrder(recipients: readonly Recipient[], due: readonly Finding[], today: number): Recipient[] {
  const tiers = new Map(due.map(({ id, tier }) => [id, tier ?? 0]));
  return recipients
    .map((recipient) => ({
      recipient,
      // What is due comes with the most urgent first.
      tier: tiers.get(recipient.findings[0] ?? "") ?? 0,
      chance: markOf(`${today} ${recipient.mail}`),
    }))
    .sort((a, b) => a.tier - b.tier || (a.chance < b.chance ? -1 : 1))
    .map(({ recipient }) => recipient);
}

/**
 * What the issues remember must be true: of owners who could not be written to they forget that they were, and that
 * their findings were told of, so that the next run tries again.
 */
export function withoutFailures(tiers: readonly TierAction[], failed: readonly OwnerMail[]): TierAction[] {
  const owners = new Set(failed.map(({ to }) => markOf(to)));
  const findings = new Set(failed.flatMap((mail) => mail.findings.map(({ id }) => markOf(id))));
  return tiers.map((action) => {
    if (action.kind !== "open" && action.kind !== "update") return action;
    const { told } = action;
    return {
      ...action,
      told: {
        ...told,
        findings: new Map([...told.findings].filter(([mark]) => !findings.has(mark))),
        owners: new Set([...told.owners].filter((mark) => !owners.has(mark))),
      },
    };
  });
}

/** What the issues remember, in the form in which `--notified` keeps it. */
function noticeState(findings: readonly Finding[], told: ReadonlyMap<number, Told>): NoticeState {
  // The least urgent first, so that of a finding in two issues the most urgent tier counts.
  const tiers = [...told].sort(([a], [b]) => b - a);
  const state: NoticeState = { schemaVersion: 1, told: {} };
  for (const { id, tier } of findings) {
    if (tier === undefined) continue;
    const mark = markOf(id);
    for (const [toldTier, each] of tiers) {
      const day = each.findings.get(mark);
      if (day !== undefined) state.told[id] = { tier: toldTier, day: formatDay(day * DAY_MS) };
    }
  }
  return state;
}

function dayOfText(day: string | undefined, otherwise: number): number {
  return day === undefined ? otherwise : dayOf(Date.parse(day));
}
