import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { FaultRule, FaultWhen } from "./rule.ts";
import type { FaultCounter } from "./state.ts";

/** What a fault rule can tell calls apart by. */
export interface FaultableCall {
  face: "provider" | "https" | "smtp";
  /** `azuread.create`, `azure-native.invoke`; on the other faces their own names: `graph.sendMail`, `smtp.data`. */
  operation: string;
  /** Resource type and name, or the function's token; on the HTTPS face host and path; for mail the mailbox. */
  path: string;
}

export interface FaultDecision {
  /** The rule that strikes, and which of its matches this is; undefined: the call goes through. */
  struck: { rule: FaultRule; match: number } | undefined;
  counters: Record<string, FaultCounter>;
}

/**
 * Whether a call meets a fault. Every rule that matches counts the call; the first one that is due
 * strikes. The same rules, calls and seed give the same faults.
 */
export function decideFault(
  rules: readonly FaultRule[],
  call: FaultableCall,
  counters: Readonly<Record<string, FaultCounter>>,
  seed: string,
): FaultDecision {
  const next = { ...counters };
  let struck: FaultDecision["struck"];
  for (const rule of rules) {
    if (!matches(rule, call)) continue;
    const { matched, fired } = counters[rule.id] ?? { matched: 0, fired: 0 };
    const match = matched + 1;
    const strikes =
      struck === undefined && fired < (rule.times ?? Number.POSITIVE_INFINITY) && isDue(rule, match, seed);
    if (strikes) struck = { rule, match };
    next[rule.id] = { matched: match, fired: strikes ? fired + 1 : fired };
  }
  return { struck, counters: next };
}

/** Whether the rule is about this call at all. */
export function matches({ match, effect }: FaultRule, call: FaultableCall): boolean {
  return (
    (match.face === undefined || match.face === call.face) &&
    (effect.kind !== "half" || call.face === "https") &&
    globMatches(match.operation, call.operation) &&
    globMatches(match.path, call.path)
  );
}

/** Azure's own paths are case-insensitive, so globs are too. A leading slash is neither here nor there. */
function globMatches(glob: string | undefined, text: string): boolean {
  return glob === undefined || posix.matchesGlob(plain(text), plain(glob));
}

function plain(text: string): string {
  return text.toLowerCase().replace(/^\/+/, "");
}

function isDue({ id, when }: { id: string; when: FaultWhen }, match: number, seed: string): boolean {
  switch (when.kind) {
    case "always":
      return true;
    case "nth":
      return match === when.n;
    case "from":
      return match >= when.n;
    case "every":
      return match % when.n === 0;
    case "probability":
      return chance(`${when.seed ?? seed}/${id}/${match}`) < when.p;
  }
}

/** A number in [0, 1) that depends on `text` alone. */
function chance(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}
