import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { type ConfiguredRule, configuredRules, PolicyConfigError } from "../../policy/config.ts";
import { rules } from "../../policy/rules/index.ts";
import { projectFolderOf, type StackOption, stackOf } from "../commands/stack-option.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** Every rule of the pack, as it is set: how an update or a preview is judged. */
export type Policy = readonly ConfiguredRule[];

/** The flags by which a command knows how its stack is judged: see `withPolicyOptions`. */
export interface PolicyOptions {
  /** False with `--no-policy`. */
  policy?: boolean;
  policyConfig?: string;
}

/** Adds `--no-policy` and `--policy-config`. */
export function withPolicyOptions(command: Command): Command {
  return command
    .option("--no-policy", "leave the policy pack out")
    .option("--policy-config <file>", POLICY_CONFIG);
}

/** What the option is about; `keyturn check` calls it `--config`. */
export const POLICY_CONFIG =
  "settings of the policy pack's rules, as JSON (default: policy.STACK.json or else policy.json beside Pulumi.yaml)";

/**
 * The policy of a stack: as the file given by hand sets it, or else as `policy.<stack>.json` or `policy.json` do, which
 * are checked in beside `Pulumi.yaml` so that people at a terminal and pipelines judge alike.
 * @returns undefined if it was left out.
 * @throws CommandError listing what is wrong with the file.
 */
export async function policyOf(options: StackOption & PolicyOptions): Promise<Policy | undefined> {
  return options.policy === false ? undefined : policyFrom(options, options.policyConfig, "--policy-config");
}

/** Like `policyOf`, with the file by another flag, and never left out. */
export async function policyFrom(
  options: StackOption,
  given: string | undefined,
  flag: string,
): Promise<Policy> {
  if (given !== undefined) {
    const text = await textOf(resolve(given));
    if (text === undefined) {
      throw new CommandError(`${flag} ${given}: there is no such file`, exitCodes.configuration);
    }
    return parsed(text, `${flag} ${given}`);
  }
  const stack = stackOf(options).split("/").at(-1);
  for (const name of [`policy.${stack}.json`, "policy.json"]) {
    const file = join(projectFolderOf(options), name);
    const text = await textOf(file);
    if (text !== undefined) return parsed(text, file);
  }
  return configuredRules(rules);
}

/** The same rules, of which none stops anything: for what must be done whatever else is wrong. */
export function onlyAdvising(policy: Policy): Policy {
  return policy.map((each) => (each.level === "mandatory" ? { ...each, level: "advisory" } : each));
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new CommandError(`${file} cannot be read (${code})`, exitCodes.configuration);
  }
}

function parsed(text: string, where: string): Policy {
  try {
    return configuredRules(rules, JSON.parse(text));
  } catch (error) {
    if (!(error instanceof PolicyConfigError || error instanceof SyntaxError)) throw error;
    throw new CommandError(
      `${where}: the settings of the policy pack's rules are wrong:\n${error.message}`,
      exitCodes.configuration,
    );
  }
}
