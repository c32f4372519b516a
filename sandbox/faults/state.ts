import type { FaultRule } from "./rule.ts";

/** How often a rule has matched a call, and how often it struck. */
export interface FaultCounter {
  matched: number;
  fired: number;
}

/** A fault that struck. */
export interface FiredFault {
  /** The sandbox clock; milliseconds since 1970. */
  atMs: number;
  ruleId: string;
  effect: FaultRule["effect"]["kind"];
  face: "provider" | "https" | "smtp";
  operation: string;
  path: string;
  /** Which of the rule's matches it was, from 1. */
  match: number;
}

/** Kept with the rest, so that a rule that kills the sandbox does not begin again when it restarts. */
export interface FaultsState {
  nextId: number;
  /** What chance is drawn from. */
  seed: string;
  rules: FaultRule[];
  /** By rule id. */
  counters: Record<string, FaultCounter>;
  /** Oldest first; the last 1,000. */
  fired: FiredFault[];
}

/** No faults. */
export function initialFaultsState(): FaultsState {
  return { nextId: 1, seed: "keyturn", rules: [], counters: {}, fired: [] };
}
