import { produce } from "immer";
import { followChange } from "../events/event-grid.ts";
import { followMetricRules } from "../events/metric-evaluation.ts";
import { followLogRules } from "../logs/rules/evaluation.ts";
import type { State } from "../state.ts";
import { nextOccurrence } from "./occurrence.ts";

/**
 * What follows at once from a change of the state: events about it, and whatever it has made due. For the
 * store, which makes it part of the same update. Pure.
 */
export function settle(before: State, after: State): State {
  if (
    before.keyVault === after.keyVault &&
    before.arm === after.arm &&
    before.events.metrics === after.events.metrics &&
    before.logs.workspaces === after.logs.workspaces
  ) {
    return after;
  }
  const followed = produce(after, (draft) => {
    followChange(before, after, draft.events);
    followMetricRules(after, draft.events);
    followLogRules(after, draft);
  });
  return runUntil(followed, followed.clock.nowMs);
}

/**
 * Moves the clock to `toMs` and lets everything happen that is due on the way, in order. Stops earlier, at
 * the moment at which something has to be posted to a webhook: whoever runs the sandbox does that, tells
 * the state, and goes on. Pure: the same state gives the same result, in one step or in many.
 */
export function runUntil(state: State, toMs: number): State {
  let now = state;
  for (;;) {
    const postMs = nextPostMs(now);
    const stopMs = Math.max(now.clock.nowMs, Math.min(toMs, postMs));
    const occurrence = nextOccurrence(now, stopMs);
    if (occurrence === undefined) return atTime(now, stopMs);
    const atMs = Math.max(occurrence.atMs, now.clock.nowMs);
    const state = now;
    now = produce(state, (draft) => {
      draft.clock.nowMs = atMs;
      occurrence.apply(state, draft, atMs);
    });
  }
}

/** When the next post to a webhook is due; infinity, if none is waiting. */
export function nextPostMs({ events }: State): number {
  return Math.min(...events.deliveries.map(({ dueMs }) => dueMs));
}

function atTime(state: State, nowMs: number): State {
  return produce(state, (draft) => {
    draft.clock.nowMs = nowMs;
  });
}
