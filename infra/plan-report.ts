import { writeFileSync } from "node:fs";
import { z } from "zod";
import { DAY_MS, formatDuration } from "./duration.ts";
import { formatInstant } from "./instant.ts";
import type { PlannedCredential } from "./plan-credentials.ts";
import type { Policy } from "./rotation/policy.ts";
import type { Published } from "./rotation/published.ts";
import type { Move } from "./vault/move.ts";

const secret = z.object({ slot: z.string(), generation: z.int(), expiresAt: z.string() });
const knownSecret = secret.extend({ keyId: z.string() });

/** What an update is about to do with each credential, for other programs. No secrets. */
export const planReportSchema = z.array(
  z.object({
    name: z.string(),
    action: z.string(),
    reason: z.string(),
    /** Why the credential is left as it is. */
    stopped: z.string().optional(),
    refusals: z.array(z.string()),
    consumers: z.array(z.string()),
    /** What is to be published. */
    publish: secret.optional(),
    /** Until when the secret published now keeps working after that; not after now if it is revoked. */
    currentWorksUntil: z.string().optional(),
    /** The secret published now has expired already. */
    currentHasExpired: z.boolean().optional(),
    /** What is published now, and what was before it and is still there. */
    current: knownSecret.optional(),
    previous: knownSecret.extend({ retireAfter: z.string() }).optional(),
    /** The generation of the previous secret, if it is gone or goes now. */
    retiredGeneration: z.int().optional(),
    /** What a changed policy means for the next secret; the published one keeps its dates. */
    fromNextRotation: z.array(z.string()).optional(),
    /** From which vault to which it is moved, and whether that begins, goes on, or ends with this update. */
    move: z
      .object({
        state: z.enum(["begins", "goes on", "ends"]),
        from: z.string(),
        to: z.string(),
        /** The component that publishes it in the old vault. */
        oldName: z.string(),
        /** From when on the old vault may be given up. */
        removableAt: z.string(),
      })
      .optional(),
    next: z.object({ action: z.string(), at: z.string(), reason: z.string() }),
  }),
);

export type PlanReport = z.infer<typeof planReportSchema>[number];

export function planReport(planned: readonly PlannedCredential[], nowMs: number): PlanReport[] {
  return planned.map(({ settings, policy, plan, published, move, stopped }) => {
    const { publish, current } = plan;
    const fromNextRotation = publish === undefined ? policyChanges(policy, published) : [];
    const previous = published?.previous;
    return {
      name: settings.name,
      action: plan.action,
      reason: plan.reason,
      ...(stopped !== undefined && { stopped }),
      refusals: [...plan.refusals, ...plan.remarks],
      consumers: settings.consumers.map(({ name }) => name),
      ...(publish !== undefined && { publish: secretOf(publish.secret) }),
      ...(publish?.previous !== undefined && {
        currentWorksUntil: formatInstant(
          Math.min(publish.previous.retireAfterMs, publish.previous.expiresAtMs),
        ),
      }),
      ...(current !== undefined && current.expiresAtMs <= nowMs && { currentHasExpired: true }),
      ...(current !== undefined && { current: { ...secretOf(current), keyId: current.keyId } }),
      ...(previous !== undefined && {
        previous: {
          ...secretOf(previous),
          keyId: previous.keyId,
          retireAfter: formatInstant(previous.retireAfterMs),
        },
      }),
      ...(plan.retiredGeneration !== undefined && { retiredGeneration: plan.retiredGeneration }),
      ...(fromNextRotation.length > 0 && { fromNextRotation }),
      ...(move !== undefined && { move: moveOf(move) }),
      next: { action: plan.next.action, at: formatInstant(plan.next.atMs), reason: plan.next.reason },
    };
  });
}

/** In what the policy differs from the one that the published secret was made by. */
function policyChanges(policy: Policy, published: Published | undefined): string[] {
  if (published === undefined) return [];
  const { current, previous, rotateAfterMs, splayDays, overlapMs } = published;
  const periodMs = rotateAfterMs - current.createdAtMs - splayDays * DAY_MS;
  // A secret that was published again is replaced when its successor was to be, whatever the period.
  const isRolledBack = previous !== undefined && previous.generation > current.generation;
  const differences: [what: string, nowMs: number, thenMs: number][] = [
    ["a secret lives", current.expiresAtMs - current.createdAtMs, policy.lifetimeMs],
    ["it is replaced every", isRolledBack ? policy.periodMs : periodMs, policy.periodMs],
    ["the previous one is kept for", overlapMs, policy.overlapMs],
  ];
  return differences
    .filter(([, nowMs, thenMs]) => nowMs !== thenMs)
    .map(([what, nowMs, thenMs]) => `${what} ${formatDuration(thenMs)} instead of ${formatDuration(nowMs)}`);
}

function moveOf({ state, from, to, oldName, removableAtMs }: Move): NonNullable<PlanReport["move"]> {
  return { state, from, to, oldName, removableAt: formatInstant(removableAtMs) };
}

function secretOf({
  slot,
  generation,
  expiresAtMs,
}: {
  slot: string;
  generation: number;
  expiresAtMs: number;
}) {
  return { slot, generation, expiresAt: formatInstant(expiresAtMs) };
}

/** The environment variable that names the file for `writePlanReport`. */
export const PLANS_FILE_VARIABLE = "KEYTURN_PLANS_FILE";

/** Writes the plans where `KEYTURN_PLANS_FILE` says, for whoever explains a preview. */
export function writePlanReport(
  planned: readonly PlannedCredential[],
  nowMs: number,
  file: string | undefined,
): void {
  if (file !== undefined && file !== "")
    writeFileSync(file, JSON.stringify(planReport(planned, nowMs)), { mode: 0o600 });
}
