import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import {
  MAX_LIFETIME_MS,
  NEAR_EXPIRY_MS,
  type Policy,
  policyViolations,
} from "../../../infra/rotation/policy.ts";
import type { Chance } from "./chance.ts";

/** A policy that the settings would accept: often one that only just is, or one as people write them. */
export function drawPolicy(chance: Chance): Policy {
  for (;;) {
    const policy = chance.happens(15) ? chance.pick(USUAL) : drawAny(chance);
    if (policyViolations(policy).length === 0) return policy;
  }
}

const USUAL: readonly [Policy, ...Policy[]] = [
  { lifetimeMs: 90 * DAY_MS, periodMs: 45 * DAY_MS, overlapMs: 7 * DAY_MS, splayMs: 5 * DAY_MS },
  { lifetimeMs: 180 * DAY_MS, periodMs: 90 * DAY_MS, overlapMs: 14 * DAY_MS, splayMs: 14 * DAY_MS },
  { lifetimeMs: 365 * DAY_MS, periodMs: 180 * DAY_MS, overlapMs: 30 * DAY_MS, splayMs: 0 },
];

function drawAny(chance: Chance): Policy {
  const isTight = chance.happens(60);
  const spare = (mostDays: number) => (isTight ? 0 : chance.integer(0, mostDays * 24) * HOUR_MS);
  const overlapMs = chance.pick([1, 1, 2, 3, 7, 14, 29, 31, 45, 90]) * DAY_MS + spare(3);
  const splayMs = chance.pick([0, 0, 1, 5, 14]) * DAY_MS;
  const periodMs = overlapMs + chance.pick([1, 1, 2, 5, 30]) * DAY_MS + spare(60);
  // The least that is accepted is found by trying: how much that is, is the settings' to say.
  const leastDays = 1 + Math.max(NEAR_EXPIRY_MS, overlapMs) / DAY_MS;
  for (let days = leastDays; ; days++) {
    const lifetimeMs = periodMs + splayMs + days * DAY_MS;
    const policy = { lifetimeMs, periodMs, overlapMs, splayMs };
    if (policyViolations(policy).length === 0 || lifetimeMs > MAX_LIFETIME_MS) {
      return { ...policy, lifetimeMs: lifetimeMs + spare(200) };
    }
  }
}
