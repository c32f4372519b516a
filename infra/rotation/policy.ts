import { DAY_MS, formatDuration } from "../duration.ts";

/** How a credential is rotated. */
export interface Policy {
  /** How long a secret is valid. */
  lifetimeMs: number;
  /** How often it is replaced. */
  periodMs: number;
  /** How long the previous secret stays valid after a rotation. */
  overlapMs: number;
  /** The most that a rotation is put off. */
  splayMs: number;
}

/** How often updates are expected to run: the rotation pipeline is daily. */
export const UPDATE_INTERVAL_MS = DAY_MS;
/**
 * How long before its readers' overlap would outlive it a secret has to be replaced: an update may come late, the
 * one after it may fail, and proof and publication take their time.
 */
export const REPLACEMENT_SLACK_MS = 3 * UPDATE_INTERVAL_MS;
/** Key Vault raises `SecretNearExpiry` this long before a secret expires (https://learn.microsoft.com/azure/event-grid/event-schema-key-vault). */
export const NEAR_EXPIRY_MS = 30 * DAY_MS;
/** The portal's own limit for a client secret, 24 months; the API would take more. */
export const MAX_LIFETIME_MS = 730 * DAY_MS;
/** A consumer that refreshes its copy daily must have seen the new secret before the old one goes. */
export const MIN_OVERLAP_MS = DAY_MS;

/** Why a policy could let a secret expire or raise a false alarm. Empty: it is sound. */
export function policyViolations({ lifetimeMs, periodMs, overlapMs, splayMs }: Policy): string[] {
  const text = formatDuration;
  const violations: string[] = [];
  if (lifetimeMs > MAX_LIFETIME_MS) {
    violations.push(`lifetime (${text(lifetimeMs)}) must be at most ${text(MAX_LIFETIME_MS)}`);
  }
  if (periodMs <= 0) violations.push(`period (${text(periodMs)}) must be longer than nothing`);
  if (overlapMs < MIN_OVERLAP_MS) {
    violations.push(`overlap (${text(overlapMs)}) must be at least ${text(MIN_OVERLAP_MS)}`);
  }
  if (periodMs >= lifetimeMs) {
    violations.push(`period (${text(periodMs)}) must be shorter than lifetime (${text(lifetimeMs)})`);
    return violations;
  }
  if (overlapMs + UPDATE_INTERVAL_MS > periodMs) {
    violations.push(
      `overlap (${text(overlapMs)}) must be at least ${text(UPDATE_INTERVAL_MS)} shorter than period (${text(periodMs)}): the slot has to be free for the next secret`,
    );
  }
  const spareMs = lifetimeMs - periodMs - splayMs;
  if (spareMs - overlapMs < REPLACEMENT_SLACK_MS) {
    violations.push(
      `lifetime - period - splay - overlap must be at least ${text(REPLACEMENT_SLACK_MS)} (updates run daily, and one may fail), but is ${text(spareMs - overlapMs)}: a secret could expire in use`,
    );
  }
  if (spareMs - UPDATE_INTERVAL_MS < NEAR_EXPIRY_MS) {
    violations.push(
      `lifetime - period - splay must be at least ${text(NEAR_EXPIRY_MS + UPDATE_INTERVAL_MS)}, but is ${text(spareMs)}: the ${text(NEAR_EXPIRY_MS)} alert would fire in normal operation`,
    );
  }
  return violations;
}
