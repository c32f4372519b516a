import { HOUR_MS } from "../duration.ts";
import type { Hold } from "./plan-types.ts";
import { type Policy, REPLACEMENT_SLACK_MS, UPDATE_INTERVAL_MS } from "./policy.ts";
import type { Published } from "./published.ts";

/** What a published secret's dates follow from, or those of one to be published. */
export interface Term {
  current: { expiresAtMs: number };
  overlapMs: number;
}

/** The dates that the plan decides by. All of them follow from what is written down with the published secret. */

/**
 * The time between a plan and its publication: verification takes up to five minutes, a stack with hundreds
 * of credentials some more. Added to the overlap, so that who read the old secret a moment before the new
 * one was published has it for the whole overlap.
 */
export const PUBLICATION_MARGIN_MS = HOUR_MS;

/** What the readers of the published secret are promised: by the policy when it was published, or by a longer one now. */
export function overlapOf({ overlapMs }: Term, policy: Policy): number {
  return Math.max(overlapMs, policy.overlapMs);
}

/** The last moment at which a rotation surely leaves the whole overlap to who reads the secret just before. */
export function safeDateMs(published: Term, policy: Policy): number {
  return published.current.expiresAtMs - overlapOf(published, policy) - REPLACEMENT_SLACK_MS;
}

/** From when on the published secret is to be replaced. */
export function dueAtMs(published: Published, policy: Policy): number {
  return Math.min(published.rotateAfterMs, safeDateMs(published, policy));
}

/** Until when a hold counts: not past the safe date, unless that is meant. */
export function heldUntilMs(hold: Hold | undefined, published: Term, policy: Policy): number {
  if (hold === undefined) return Number.NEGATIVE_INFINITY;
  return hold.pastSafeDate ? hold.untilMs : Math.min(hold.untilMs, safeDateMs(published, policy));
}

/**
 * From when on the previous secret is nobody's any more; undefined if there is none.
 *
 * That date was written down when its successor was planned. If the vault says that the successor was published
 * much later (an update that stood still, or a clock that was behind), the promise counts from then; but never
 * past the date on which the slot is needed to keep the promise to the readers of the published one.
 */
export function retireAtMs(published: Published, publishedAtMs: number | undefined): number | undefined {
  const { current, previous } = published;
  if (previous === undefined) return undefined;
  const { replacedAtMs, retireAfterMs, expiresAtMs } = previous;
  const isPromised = retireAfterMs > replacedAtMs;
  const lateMs = (publishedAtMs ?? replacedAtMs) - replacedAtMs - PUBLICATION_MARGIN_MS;
  const keptMs = isPromised && lateMs > 0 ? retireAfterMs + lateMs : retireAfterMs;
  const neededMs = current.expiresAtMs - published.overlapMs - UPDATE_INTERVAL_MS - PUBLICATION_MARGIN_MS;
  return Math.min(expiresAtMs, Math.max(retireAfterMs, Math.min(keptMs, neededMs)));
}
