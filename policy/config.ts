import { z } from "zod";
import { defaultConfig, type Level, type Rule, type RuleConfig } from "./rule.ts";

/** A rule with what was set for it. */
export interface ConfiguredRule {
  rule: Rule;
  level: Level;
  config: RuleConfig;
}

/** The settings are wrong: every violation, one a line. */
export class PolicyConfigError extends Error {
  override readonly name = "PolicyConfigError";
}

const level = z.enum(["mandatory", "advisory", "disabled"]);

/**
 * Reads settings in CrossGuard's own form, the one of Pulumi's `--policy-pack-config`:
 * `{ "<rule>": "advisory" }` or `{ "<rule>": { "enforcementLevel": "advisory", "<option>": … } }`;
 * `all` stands for every rule's level.
 * @throws PolicyConfigError listing everything that is wrong.
 */
export function configuredRules(rules: readonly Rule[], settings: unknown = {}): ConfiguredRule[] {
  const parsed = z.record(z.string(), z.unknown()).safeParse(settings);
  if (!parsed.success) throw new PolicyConfigError("the policy settings must be an object, by rule");
  const problems: string[] = [];
  const names = rules.map(({ name }) => name);
  for (const name of Object.keys(parsed.data)) {
    if (name !== "all" && !names.includes(name)) {
      problems.push(`${name}: is no rule; the rules are: ${names.join(", ")}`);
    }
  }
  const all = levelOf("all", parsed.data.all, problems);
  optionsOf({ name: "all" }, parsed.data.all, problems);
  const configured = rules.map((rule) => {
    const given = parsed.data[rule.name];
    const config = { ...defaultConfig(rule), ...optionsOf(rule, given, problems) };
    return { rule, level: levelOf(rule.name, given, problems) ?? all ?? rule.level, config };
  });
  if (problems.length > 0) throw new PolicyConfigError(problems.join("\n"));
  return configured;
}

function levelOf(name: string, given: unknown, problems: string[]): Level | undefined {
  const isObject = typeof given === "object" && given !== null;
  const value = isObject ? ("enforcementLevel" in given ? given.enforcementLevel : undefined) : given;
  if (value === undefined) return undefined;
  const parsed = level.safeParse(value);
  if (parsed.success) return parsed.data;
  problems.push(`${name}: the level is ${JSON.stringify(value)} instead of mandatory, advisory or disabled`);
  return undefined;
}

function optionsOf(
  { name, options = {} }: Pick<Rule, "name" | "options">,
  given: unknown,
  problems: string[],
): RuleConfig {
  if (typeof given !== "object" || given === null) return {};
  const { enforcementLevel: _level, ...rest } = given as Record<string, unknown>;
  for (const [option, value] of Object.entries(rest)) {
    const known = options[option];
    if (known === undefined) {
      const allowed = Object.keys(options).join(", ") || "none";
      problems.push(`${name}.${option}: is no option; the options are: ${allowed}`);
      continue;
    }
    const schema =
      known.type === "number"
        ? z.number().min(known.minimum ?? Number.MIN_SAFE_INTEGER)
        : z.array(z.string());
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      problems.push(`${name}.${option}: ${parsed.error.issues.map(({ message }) => message).join("; ")}`);
    }
  }
  return rest;
}
