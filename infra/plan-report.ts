import { writeFileSync } from "node:fs";
import { z } from "zod";
import { formatInstant } from "./instant.ts";
import type { PlannedCredential } from "./plan-credentials.ts";

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
    next: z.object({ action: z.string(), at: z.string(), reason: z.string() }),
  }),
);

export type PlanReport = z.infer<typeof planReportSchema>[number];

export function planReport(planned: readonly PlannedCredential[], nowMs: number): PlanReport[] {
  return planned.map(({ settings, plan, published, stopped }) => {
    const { publish, current } = plan;
    const previous = published?.previous;
    return {
      name: settings.name,
      action: plan.action,
      reason: plan.reason,
      ...(stopped !== undefined && { stopped }),
      refusals: plan.refusals,
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
      next: { action: plan.next.action, at: formatInstant(plan.next.atMs), reason: plan.next.reason },
    };
  });
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
