import type { PlanReport } from "../../infra/plan-report.ts";
import { day } from "../preview/consequence.ts";

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

/**
 * How long there is time, where nothing was applied: until when the published secrets work, those that wait for their
 * rotation first. Undefined if nothing is published. Pure.
 */
export function urgencyOf(plans: readonly PlanReport[]): string | undefined {
  const waiting = plans.filter(({ action }) => action === "rotate" || action === "rollback");
  const first = (of: readonly PlanReport[]) =>
    of
      .flatMap(({ name, current }) => (current === undefined ? [] : [{ name, ...current }]))
      .toSorted((x, y) => (x.expiresAt < y.expiresAt ? -1 : x.expiresAt > y.expiresAt ? 1 : 0))[0];
  const urgent = first(waiting);
  if (urgent !== undefined) {
    return `Of what waits to be rotated, the first published secret is ${urgent.name}'s: it works until ${day(urgent.expiresAt)}.`;
  }
  const later = first(plans);
  if (later === undefined) return undefined;
  return `No rotation is due yet. The first published secret to end is ${later.name}'s: it works until ${day(later.expiresAt)}.`;
}
