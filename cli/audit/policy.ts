import { DAY_MS } from "../../infra/duration.ts";

/** What the audit judges by. */
export interface AuditPolicy {
  /** How many days before its end a credential is reported. Default 30. */
  days: number;
  /** Days before the end at which people are told again, largest first; the first is `days`. */
  tiers: readonly number[];
  /** The longest that a secret or certificate may live, in days. Default 366. */
  maxLifetimeDays: number;
  /** After how many days without a sign-in a credential counts as unused. Default 90. */
  unusedDays: number;
}

/** The tiers of a warning a month ahead: a month, two weeks, a week, a day. */
const TIERS = [30, 14, 7, 1];

export interface AuditPolicyArgs {
  days?: number;
  maxLifetimeDays?: number;
  unusedDays?: number;
}

/** Fills in the defaults. The values must have been checked. */
export function auditPolicy({
  days = 30,
  maxLifetimeDays = 366,
  unusedDays = 90,
}: AuditPolicyArgs = {}): AuditPolicy {
  return { days, tiers: [days, ...TIERS.filter((tier) => tier < days)], maxLifetimeDays, unusedDays };
}

/**
 * The tier of something that ends at `endMs`: the smallest number of days that it still has, 0 from its end
 * on. Undefined: it ends later than the largest tier.
 */
export function tierOf(endMs: number, tiers: readonly number[], nowMs: number): number | undefined {
  if (endMs <= nowMs) return 0;
  return tiers.findLast((tier) => endMs - nowMs <= tier * DAY_MS);
}
