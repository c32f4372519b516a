import type { Row } from "./kql/values.ts";

/** What Log Analytics workspaces hold, and what the rules over them remember. */
export interface LogsState {
  /** Rows by workspace (resource key) and table, in the order in which they arrived. */
  workspaces: Record<string, Record<string, LogRow[]>>;
  /** Log alert rules, by resource key. */
  rules: Record<string, LogRuleMemory>;
  /**
   * By how much a table's rows come after what they tell of, in milliseconds. Default: at once. Until then no query
   * finds them.
   */
  delays?: Record<string, number>;
}

/** A row's columns; what is left out is empty. */
export type LogRow = Row & {
  readonly TimeGenerated: number;
  /** When a row that comes late is there. Default: at once. */
  readonly _TimeReceived?: number;
};

/** From when on queries find a row; milliseconds since 1970. */
export function arrivalMs({ TimeGenerated, _TimeReceived }: LogRow): number {
  return _TimeReceived ?? TimeGenerated;
}

export interface LogRuleMemory {
  /** The last evaluation; milliseconds since 1970. */
  evaluatedMs: number;
  /** What fires, by the values of the rule's dimensions. */
  firing: Record<string, FiringLogAlert>;
  /** Why the last evaluation was none: the sandbox does not know all of Kusto. */
  error: string | null;
}

export interface FiringLogAlert {
  alertId: string;
  firedMs: number;
  notifiedMs: number;
  /** Evaluations in a row that did not meet the condition. */
  healthyEvaluations: number;
}

/** Nothing was logged. */
export function initialLogsState(): LogsState {
  return { workspaces: {}, rules: {} };
}
