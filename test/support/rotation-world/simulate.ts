import { planCredentials } from "../../../infra/plan-credentials.ts";
import { drawHistory } from "./draw-history.ts";
import { runHistory } from "./run-history.ts";
import { shrinkHistory } from "./shrink-history.ts";
import type { Planner } from "./world.ts";

export interface SimulateArgs {
  /** The first history's seed; each history after it has the next one. The same seeds give the same run. */
  seed: number;
  histories: number;
  /** Updates in each history. */
  steps: number;
  /** Default: the real one. */
  planner?: Planner;
  /** Told after each history how many there have been. */
  onHistory?: (done: number) => void;
}

/** What many histories came to. */
export interface SimulationReport {
  histories: number;
  updates: number;
  /** Secrets published, by what led to it. */
  published: Record<string, number>;
  /** Updates that did not end well, by how. */
  endedOtherwise: Record<string, number>;
  faults: Record<string, number>;
  consumerHours: {
    all: number;
    /** Without a working secret, and nothing excuses it. */
    withoutSecret: number;
    /** Without a working secret, by what excuses it. */
    excused: Record<string, number>;
  };
  /** The shortest histories found that break a rule. */
  violations: { seed: number; message: string; history: string }[];
}

/** Lets many random histories happen and reports what came of them. */
export function simulate({
  seed,
  histories,
  steps,
  planner = planCredentials,
  onHistory,
}: SimulateArgs): SimulationReport {
  const report: SimulationReport = {
    histories,
    updates: 0,
    published: {},
    endedOtherwise: {},
    faults: {},
    consumerHours: { all: 0, withoutSecret: 0, excused: {} },
    violations: [],
  };
  for (let each = seed; each < seed + histories; each++) {
    const history = drawHistory(each, steps);
    const { world, violation } = runHistory(history, planner);
    const { counts, consumers } = world;
    report.updates += counts.updates;
    add(report.published, counts.published);
    add(report.endedOtherwise, counts.endedOtherwise);
    add(report.faults, counts.faults);
    report.consumerHours.all += consumers.hours.all;
    report.consumerHours.withoutSecret += consumers.hours.lost;
    add(report.consumerHours.excused, consumers.hours.excused);
    if (violation !== undefined) {
      const shortest = shrinkHistory(history, violation.error.rule, planner);
      const message = runHistory(shortest, planner).violation?.error.message ?? violation.error.message;
      report.violations.push({ seed: each, message, history: JSON.stringify(shortest) });
    }
    onHistory?.(each - seed + 1);
  }
  return report;
}

function add(total: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) total[name] = (total[name] ?? 0) + count;
}
