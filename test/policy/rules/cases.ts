import type { CheckedResource } from "../../../policy/checked-resource.ts";
import type { RuleConfig } from "../../../policy/rule.ts";

/** By rule: what it lets pass, what it stops, and for the latter a part of what it says. */
export type RuleCases = Record<
  string,
  { passes: CheckedResource[][]; stops: [CheckedResource[], RegExp, RuleConfig?][] }
>;
