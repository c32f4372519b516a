import { z } from "zod";
import { DAY_MS } from "../../infra/duration.ts";
import type { Finding } from "./findings/finding.ts";
import { isAtLeast, type Severity } from "./findings/severity.ts";
import type { Owner } from "./graph/owners.ts";
import { formatDay } from "./graph-time.ts";

/** When and at which tier people were last told of each finding, by its id. Kept between runs. */
export const noticeStateSchema = z.strictObject({
  schemaVersion: z.literal(1),
  told: z.record(
    z.string(),
    z.strictObject({ tier: z.number().int().min(0), day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/) }),
  ),
});

export type NoticeState = z.infer<typeof noticeStateSchema>;

export const emptyNoticeState: NoticeState = { schemaVersion: 1, told: {} };

/** What there is to tell at one tier. */
export interface TierNotice {
  /** Days before the end; 0: ended. */
  tier: number;
  /** All findings that are in this tier, most urgent first. */
  findings: Finding[];
  /** Those that people are to be told of today: new in this tier, or told of long enough ago. */
  due: Finding[];
}

/**
 * Decides what people are to be told of. A finding is told of when it first appears, each time it comes into
 * a more urgent tier, and again and again until it is solved: daily in its last week, every third day in the
 * second, weekly before, and never more often than weekly if its severity is low or info: that one may stay for
 * good. A second run on the same day (in UTC) tells nothing twice.
 * @param findings in the order in which they are to be told.
 * @returns every tier, most urgent first, those without findings too; and the state for the next run.
 */
export function tierNotices(
  findings: readonly Finding[],
  tiers: readonly number[],
  state: NoticeState,
  nowMs: number,
): { notices: TierNotice[]; state: NoticeState } {
  const today = formatDay(nowMs);
  const told: NoticeState["told"] = {};
  const notices = [0, ...tiers.toSorted((a, b) => a - b)].map((tier): TierNotice => {
    const inTier = findings.filter((finding) => finding.tier === tier);
    const due = inTier.filter(({ id, severity }) =>
      isDue(tier, severity, Object.hasOwn(state.told, id) ? state.told[id] : undefined),
    );
    const isNow = new Set(due.map(({ id }) => id));
    for (const { id } of inTier) {
      const before = Object.hasOwn(state.told, id) ? state.told[id] : undefined;
      told[id] = isNow.has(id) || before === undefined ? { tier, day: today } : before;
    }
    return { tier, findings: inTier, due };
  });
  return { notices, state: { schemaVersion: 1, told } };

  function isDue(
    tier: number,
    severity: Severity,
    before: { tier: number; day: string } | undefined,
  ): boolean {
    if (before === undefined || tier < before.tier) return true;
    const days = Math.round((Date.parse(today) - Date.parse(before.day)) / DAY_MS);
    return days >= repeatDays(tier, severity);
  }
}

/** After how many days people are told again of what is still in `tier`. */
function repeatDays(tier: number, severity: Severity): number {
  if (!isAtLeast(severity, "medium")) return 7;
  if (tier <= 7) return 1;
  return tier <= 14 ? 3 : 7;
}

/** Somebody to write to, and what about. */
export interface Recipient {
  mail: string;
  /** The findings' ids. */
  findings: string[];
}

/** Every owner's address once, in order, with what it is about. Without owners nobody is known. */
export function recipientsOf(
  due: readonly Finding[],
  owners: ReadonlyMap<string, readonly Owner[]> | undefined,
): Recipient[] {
  const byMail = new Map<string, string[]>();
  for (const finding of due) {
    for (const { mail } of owners?.get(finding.subject.id) ?? []) {
      if (mail === null) continue;
      const key = mail.toLowerCase();
      const findings = byMail.get(key);
      if (findings === undefined) byMail.set(key, [finding.id]);
      else findings.push(finding.id);
    }
  }
  return [...byMail]
    .map(([mail, findings]) => ({ mail, findings }))
    .sort((a, b) => (a.mail < b.mail ? -1 : 1));
}
