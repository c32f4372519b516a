import { matches } from "../../../sandbox/faults/decide.ts";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import type { LoggedCall } from "../../../sandbox/host/call-log.ts";
import type { Kind, Strike } from "./attack.ts";
import type { PhaseName } from "./phases.ts";

/**
 * The calls that are struck, by what they can leave behind. Each group is counted by itself: the engine works at
 * several things at once, and a group's `n`-th call is not always the same one.
 */
export const GROUPS = {
  /** Provider operations and Graph requests that change something. */
  changes: "{*.{create,update,delete},graph.*.{removePassword,addPassword}}",
  /** Provider operations that read, and every other request that the program or the command sends. */
  reads: "{*.{read,invoke},metadata.*,login.*,graph.*.{list,get},keyVault.*,{arm,ingestion}.*}",
  /** Provider operations by which the engine compares and prepares: none of them touches the world. */
  checks: "*.{check,diff,checkConfig,diffConfig,configure}",
} as const;
export type Group = keyof typeof GROUPS;

/** Both of the first two: what fails from some moment on. */
const ANY = `{${GROUPS.changes},${GROUPS.reads}}`;

/** When a call is struck: before it is carried out, or after that, so that only its answer is lost. */
export type Moment = "before" | "after";

/** One way to die: the `n`-th call of a group, in one phase. */
export interface Point {
  phase: PhaseName;
  kind: Kind;
  group: Group | "any";
  moment: Moment;
  /** From 1. */
  n: number;
}

export function idOf({ phase, kind, group, moment, n }: Point): string {
  return [phase.replaceAll(" ", "-"), kind, group, moment, n].join("/");
}

/** How many calls of each group a phase makes that nothing strikes. */
export type CallCounts = Readonly<Record<Group | "any", number>>;

export function countCalls(calls: readonly LoggedCall[]): CallCounts {
  const count = (operation: string) =>
    calls.filter((call) => matches({ id: "", match: { operation }, when: { kind: "always" }, effect }, call))
      .length;
  const { changes, reads, checks } = GROUPS;
  return { changes: count(changes), reads: count(reads), checks: count(checks), any: count(ANY) };
}

const effect = { kind: "reset", after: false } as const;

/** Every point of a phase for a kind of death. A lost answer to a question is not told from one never given. */
export function pointsOf(phase: PhaseName, kind: Kind, counts: CallCounts, withChecks = false): Point[] {
  const each = (group: Group | "any", moment: Moment): Point[] =>
    Array.from({ length: counts[group] }, (_, index) => ({ phase, kind, group, moment, n: index + 1 }));
  if (kind === "outage") return each("any", "before");
  // Whatever is under way is finished: there is no before and after.
  if (kind === "command-stopped") return [...each("changes", "before"), ...each("reads", "before")];
  return [
    ...each("changes", "before"),
    ...each("changes", "after"),
    ...each("reads", "before"),
    ...(withChecks ? each("checks", "before") : []),
  ];
}

/** What strikes at a point. */
export function strikeAt({ kind, group, moment, n }: Point): Strike {
  return strikeOf(kind, { operation: group === "any" ? ANY : GROUPS[group] }, n, moment);
}

/** What strikes at the `n`-th call that matches. */
export function strikeOf(
  kind: Kind,
  match: FaultRequest["match"],
  n: number,
  moment: Moment = "before",
): Strike {
  const when = { kind: kind === "outage" ? ("from" as const) : ("nth" as const), n };
  return { kind, fault: { match, when, effect: effectOf(kind, moment === "after") } };
}

/** How much longer an operation takes during which its command is asked to stop. */
const UNDER_WAY_MS = 1500;

function effectOf(kind: Kind, after: boolean): FaultRequest["effect"] {
  switch (kind) {
    case "engine-killed":
    case "operation-hangs":
      return { kind: "hang", after };
    case "command-stopped":
      return { kind: "delay", ms: UNDER_WAY_MS, clock: "real" };
    case "operation-fails":
      return { kind: "status", status: 500, after };
    case "outage":
      return { kind: "status", status: 503 };
    case "sandbox-killed":
      return { kind: "kill", after };
  }
}
