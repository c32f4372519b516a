import { formatInstant } from "../../infra/instant.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";

/** A plan in lines that a person can decide on: what happens, why, what it means for consumers, what follows. */
export function describePlan({ settings, plan, published }: PlannedCredential): string[] {
  const { name, consumers } = settings;
  const lines = [`${name}: ${plan.action}: ${plan.reason}`];
  const { publish, current } = plan;
  if (publish !== undefined) {
    const { slot, generation, expiresAtMs } = publish.secret;
    const what = plan.action === "rollback" ? "publishes again" : "makes, verifies and publishes";
    lines.push(
      `  ${what} generation ${generation} in slot ${slot}, which expires on ${formatInstant(expiresAtMs)}`,
    );
  }
  if (current !== undefined && publish?.previous !== undefined) {
    lines.push(
      plan.action === "revoke"
        ? `  deletes generation ${current.generation} at once: ${readersOf(consumers)} fail until they have read the new one`
        : `  generation ${current.generation} keeps working until ${formatInstant(publish.previous.retireAfterMs)}`,
    );
  }
  const other = published?.previous;
  if (publish !== undefined && other !== undefined && other.generation === plan.retiredGeneration) {
    lines.push(`  generation ${other.generation} in slot ${other.slot} is replaced`);
  }
  lines.push(`  next: ${plan.next.action} on ${formatInstant(plan.next.atMs)} (${plan.next.reason})`);
  return lines;
}

function readersOf(consumers: readonly { name: string }[]): string {
  return consumers.length === 0 ? "consumers" : consumers.map(({ name }) => name).join(", ");
}
