import { isSteady } from "./draw-history.ts";
import type { History, Step } from "./history.ts";
import { runHistory } from "./run-history.ts";
import type { Rule } from "./violation.ts";

/** The shortest history found that breaks the same rule: steps left out, and what is left made simpler. */
export function shrinkHistory(history: History, rule: Rule): History {
  let shortest = cutAfter(history);
  const breaks = (candidate: History) =>
    (!candidate.steady || isSteady(candidate)) && runHistory(candidate).violation?.error.rule === rule;
  for (;;) {
    const shorter = withoutSteps(shortest, breaks) ?? simpler(shortest, breaks);
    if (shorter === undefined) return shortest;
    shortest = cutAfter(shorter);
  }
}

/** Nothing that comes after the rule was broken matters. */
function cutAfter(history: History): History {
  const { violation } = runHistory(history);
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

const OPTIONAL = ["fault", "sabotage", "asks", "changes", "refusals", "behindMs", "suspendMs"] as const;

function* simplerOnes(history: History): Generator<History> {
  const { credentials, steps } = history;
  if (credentials.length > 1) yield { ...history, credentials: credentials.slice(0, -1) };
  for (const [index, step] of steps.entries()) {
    const withStep = (other: Step) => ({ ...history, steps: steps.with(index, other) });
    for (const field of OPTIONAL) {
      const { [field]: removed, ...rest } = step;
      if (removed !== undefined) yield withStep(rest);
    }
    if (step.command === "keyturn") yield withStep({ ...step, command: "pulumi" });
  }
}
