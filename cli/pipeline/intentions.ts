import type { PlanReport } from "../../infra/plan-report.ts";

/** What an update is about to do with a credential. */
export interface Intention {
  credential: string;
  /** Once it is done: `mailman: rotated, to generation 3 (due since …)`. */
  done: string;
  /** Before that, or where it did not come about: `mailman: to be rotated, to generation 3 (due since …)`. */
  open: string;
}

const DOES: Readonly<Record<string, readonly [done: string, open: string]>> = {
  rotate: ["rotated", "to be rotated"],
  rollback: ["rolled back", "to be rolled back"],
  retire: ["previous secret deleted", "previous secret to be deleted"],
};

/** What an update is about to do, in words. Pure. */
export function intentionsOf(plans: readonly PlanReport[]): Intention[] {
  return plans.flatMap(({ name, action, publish, reason, stopped }) => {
    if (stopped !== undefined) {
      const left = `${name}: left as it is: ${stopped}`;
      return [{ credential: name, done: left, open: left }];
    }
    const does = DOES[action];
    if (does === undefined) return [];
    const to = `${publish === undefined ? "" : `, to generation ${publish.generation}`} (${reason})`;
    const [done, open] = does;
    return [{ credential: name, done: `${name}: ${done}${to}`, open: `${name}: ${open}${to}` }];
  });
}

/** How long there is time, where nothing was applied. */
export interface Urgency {
  /** Whether it waits for its rotation. */
  isWaiting: boolean;
  /** Whose published secret ends first, of those that wait, or of all if none does. */
  credential: string;
  /** Its last moment. */
  until: string;
}

/** Which published secret ends first. Undefined if nothing is published. Pure. */
export function urgencyOf(plans: readonly PlanReport[]): Urgency | undefined {
  const isWaiting = ({ action }: PlanReport) => action === "rotate" || action === "rollback";
  const published = plans.flatMap((plan) =>
    plan.current === undefined
      ? []
      : [{ isWaiting: isWaiting(plan), credential: plan.name, until: plan.current.expiresAt }],
  );
  const [first] = published.toSorted(
    (x, y) => Number(y.isWaiting) - Number(x.isWaiting) || Date.parse(x.until) - Date.parse(y.until),
  );
  return first;
}
