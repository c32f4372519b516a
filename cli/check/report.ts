import type { Violation } from "../../policy/check-stack.ts";
import type { ConfiguredRule } from "../../policy/config.ts";
import { safeText } from "../audit/safe-text.ts";
import { safeLongText } from "../safe-long-text.ts";
import type { Terminal } from "../terminal.ts";

/** Version of the JSON document. Fields are only ever added. */
const SCHEMA_VERSION = 1;

export interface CheckDocument {
  schemaVersion: number;
  stack: string;
  /** How many resources were looked at, and how many rules looked. */
  resources: number;
  rules: number;
  /** Mandatory ones first. */
  violations: Violation[];
}

export function checkDocument(
  stack: string,
  resources: number,
  rules: readonly ConfiguredRule[],
  violations: readonly Violation[],
): CheckDocument {
  return {
    schemaVersion: SCHEMA_VERSION,
    stack,
    resources,
    rules: rules.filter(({ level }) => level !== "disabled").length,
    violations: violations.map(withSafeNames).toSorted(bySeverity),
  };
}

/** Names come from the stack's state: somebody may have chosen them to deceive a reader. */
function withSafeNames(violation: Violation): Violation {
  const { name, what, message } = violation;
  // A message is ours but for the names in it, and longer than a name may be.
  return { ...violation, name: safeText(name), what: safeLongText(what), message: safeLongText(message) };
}

function bySeverity(x: Violation, y: Violation): number {
  const keyOf = ({ level, rule, urn, what }: Violation) =>
    `${level === "mandatory" ? 0 : 1} ${rule} ${urn} ${what}`;
  const [a, b] = [keyOf(x), keyOf(y)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** For people at a terminal: each violation with its reason and fix, then the sum. */
export function checkTable(document: CheckDocument, style: Terminal["style"]): string {
  const { stack, violations } = document;
  const blocks = violations.map(({ level, rule, name, type, message }) => {
    const colour = level === "mandatory" ? "red" : "yellow";
    const kind = type.split(":").at(-1) ?? "";
    return `${style(colour, level.padEnd(9))}  ${style("bold", rule)}  ${kind} ${name}\n           ${message}`;
  });
  const mandatory = violations.filter(({ level }) => level === "mandatory").length;
  const sum = `Stack ${stack}: ${document.resources} resources, ${document.rules} rules: ${mandatory} mandatory and ${violations.length - mandatory} advisory violations.`;
  return [...blocks, ...(blocks.length > 0 ? [""] : []), sum].join("\n");
}
