import { formatInstant } from "../../infra/instant.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";

/** What the next update would do, as commands print it in JSON. Fields are only ever added. */
export function planJson({ settings, plan }: PlannedCredential) {
  const { action, reason, next } = plan;
  return {
    name: settings.name,
    action,
    reason,
    next: { action: next.action, at: formatInstant(next.atMs), reason: next.reason },
  };
}
