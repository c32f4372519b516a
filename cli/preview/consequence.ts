import type { PlanReport } from "../../infra/plan-report.ts";
import type { Alarm } from "./alarms.ts";

/** What an update means for the services that run now. */
export interface Consequence {
  /** Whether those that have read the published secret go on working. */
  keepWorking: boolean;
  /** Until when, if they read nothing new; null if they have nothing yet, or it ends at once. */
  until: string | null;
  /** In words. */
  note: string;
}

export function consequenceOf(plan: PlanReport, alarms: readonly Alarm[]): Consequence {
  const { action, current, publish, previous, currentWorksUntil } = plan;
  if (alarms.length > 0) return { keepWorking: false, until: null, note: "see the alarms" };
  if (current === undefined) {
    return { keepWorking: true, until: null, note: "nothing was published before: nobody depends on it yet" };
  }
  const old = `generation ${current.generation}`;
  if (action === "revoke" && publish !== undefined) {
    return {
      keepWorking: false,
      until: null,
      note: `${old} is deleted at once: they fail until they have read generation ${publish.generation}`,
    };
  }
  if (plan.currentHasExpired === true) {
    const since = `${old} expired on ${day(current.expiresAt)}: those that have no other`;
    return {
      keepWorking: false,
      until: null,
      note:
        publish === undefined
          ? `${since} get no tokens`
          : `${since} get no tokens until they have read generation ${publish.generation}, which works until ${day(publish.expiresAt)}`,
    };
  }
  if (publish !== undefined) {
    const until = currentWorksUntil ?? current.expiresAt;
    return {
      keepWorking: true,
      until,
      note: `those with ${old} keep working until ${day(until)}, with generation ${publish.generation} until ${day(publish.expiresAt)}`,
    };
  }
  const gone =
    action === "retire" && previous !== undefined
      ? `generation ${previous.generation} is deleted: whoever still uses it fails; `
      : "";
  return {
    keepWorking: true,
    until: current.expiresAt,
    note: `${gone}those with ${old} keep working until ${day(current.expiresAt)}`,
  };
}

/** The day of a moment, which is what people plan by. */
export function day(instant: string): string {
  return instant.slice(0, 10);
}
