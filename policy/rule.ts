import type { CheckedResource } from "./checked-resource.ts";

/** `mandatory` stops an update; `advisory` is only said. */
export type Level = "mandatory" | "advisory" | "disabled";

/** One thing that can be set for a rule, as a JSON schema with its default. */
export interface RuleOption {
  type: "number" | "array";
  items?: { type: "string" };
  minimum?: number;
  default: number | string[];
  description: string;
}

export type RuleConfig = Readonly<Record<string, unknown>>;

interface RuleText {
  /** In kebab case; settings refer to it. */
  name: string;
  /** Unless it is set otherwise. */
  level: Level;
  /** What must hold, in a sentence. */
  description: string;
  /** Why. */
  reason: string;
  /** What to do about a violation. */
  fix: string;
  options?: Readonly<Record<string, RuleOption>>;
}

/** Judges one resource by itself, before it is created or changed. */
export interface ResourceRule extends RuleText {
  /** @returns what is wrong, one text for each violation, without the reason and the fix. */
  check(resource: CheckedResource, config: RuleConfig): string[];
}

/** Judges what can only be seen of resources together. */
export interface StackRule extends RuleText {
  checkStack(resources: readonly CheckedResource[], config: RuleConfig): StackViolation[];
}

export interface StackViolation {
  urn: string;
  what: string;
}

export type Rule = ResourceRule | StackRule;

/** The options' defaults. */
export function defaultConfig({ options = {} }: Rule): RuleConfig {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}

/** A violation as people read it. */
export function messageOf({ reason, fix }: Rule, what: string): string {
  return `${what}. Why it matters: ${reason} Fix: ${fix}`;
}
