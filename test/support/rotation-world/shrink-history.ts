import { planCredentials } from "../../../infra/plan-credentials.ts";
import { isSteady } from "./draw-history.ts";
import type { Gap, History, Step } from "./history.ts";
import { runHistory } from "./run-history.ts";
import type { Rule } from "./violation.ts";
import type { Planner } from "./world.ts";

/** The shortest history found that breaks the same rule: steps left out, and what is left made simpler. */
export function shrinkHistory(history: History, rule: Rule, planner: Planner = planCredentials): History {
  let shortest = cutAfter(history, planner);
  const breaks = (candidate: History) =>
    (!candidate.steady || isSteady(candidate)) &&
    runHistory(candidate, planner).violation?.error.rule === rule;
  for (;;) {
    const shorter = withoutSteps(shortest, breaks) ?? simpler(shortest, breaks);
    if (shorter === undefined) return shortest;
    shortest = cutAfter(shorter, planner);
  }
}

/** Nothing that comes after the rule was broken matters. */
function cutAfter(history: History, planner: Planner): History {
  const { violation } = runHistory(history, planner);
  return violation === undefined
    ? history
    : { ...history, steps: history.steps.slice(0, violation.step + 1) };
}

/** Leaves out as many steps in a row as possible. */
function withoutSteps(history: History, breaks: (history: History) => boolean): History | undefined {
  const { steps } = history;
  for (let length = Math.floor(steps.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let from = 0; from + length <= steps.length; from++) {
      const candidate = { ...history, steps: steps.toSpliced(from, length) };
      if (breaks(candidate)) return candidate;
    }
  }
  return undefined;
}

/** Takes one thing out of one step, or a credential out of the stack. */
function simpler(history: History, breaks: (history: History) => boolean): History | undefined {
  for (const candidate of simplerOnes(history)) {
    if (breaks(candidate)) return candidate;
  }
  return undefined;
}

const NEXT: Gap = { kind: "next", offsetMs: 0 };
const OPTIONAL = [
  "fault",
  "sabotage",
  "asks",
  "changes",
  "refusals",
  "behindMs",
  "aheadMs",
  "suspendMs",
] as const;

function* simplerOnes(history: History): Generator<History> {
  const { credentials, steps } = history;
  if (credentials.length > 1) {
    for (const index of credentials.keys()) {
      const fewer = withoutCredential(history, index);
      yield fewer;
      // Chance falls out differently among fewer: what happened by the hour may happen at the next date.
      yield { ...fewer, steps: fewer.steps.map((step) => ({ ...step, gap: NEXT })) };
    }
  }
  for (const [index, step] of steps.entries()) {
    const withStep = (other: Step) => ({ ...history, steps: steps.with(index, other) });
    for (const field of OPTIONAL) {
      const { [field]: removed, ...rest } = step;
      if (removed !== undefined) yield withStep(rest);
    }
    if (step.command === "keyturn") yield withStep({ ...step, command: "pulumi" });
  }
}

/** The stack without one of its credentials, and without what happened to that one. */
function withoutCredential({ credentials, steps, ...history }: History, index: number): History {
  const about = <T extends { credential: number }>(all: T[] | undefined): T[] | undefined => {
    const kept = all?.filter(({ credential }) => credential !== index).map(moved);
    return kept?.length === 0 ? undefined : kept;
  };
  const moved = <T extends { credential: number }>(each: T): T =>
    each.credential > index ? { ...each, credential: each.credential - 1 } : each;
  const concerns = (each: object | undefined): each is { credential: number } =>
    each !== undefined && "credential" in each;
  return {
    ...history,
    credentials: credentials.toSpliced(index, 1),
    steps: steps.map(({ changes, asks, refusals, sabotage, gap, ...step }): Step => {
      const left = { changes: about(changes), asks: about(asks), refusals: about(refusals) };
      const isGone = concerns(sabotage) && sabotage.credential === index;
      return {
        ...step,
        ...Object.fromEntries(Object.entries(left).filter(([, value]) => value !== undefined)),
        ...(sabotage !== undefined &&
          !isGone && { sabotage: concerns(sabotage) ? moved(sabotage) : sabotage }),
        gap: concerns(gap) ? moved(gap) : gap,
      };
    }),
  };
}
