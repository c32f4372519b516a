import { resolve } from "node:path";
import type { Command } from "commander";
import { type Engine, openEngine, PROJECT_FOLDER } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** The flags by which a command knows which stack is meant: the same as Pulumi's own. */
export interface StackOption {
  stack?: string;
  cwd?: string;
}

/** Adds `--stack`, which `PULUMI_STACK` can stand in for, and `--cwd`. */
export function withStackOption(command: Command): Command {
  return command
    .option("-s, --stack <name>", "the stack (default: PULUMI_STACK)")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this checkout)");
}

/** The folder of `Pulumi.yaml` that is meant. */
export function projectFolderOf({ cwd }: StackOption): string {
  return cwd === undefined ? PROJECT_FOLDER : resolve(cwd);
}

/** The engine on the stack that is meant. */
export function engineFor(options: StackOption, env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  return openEngine({ stack: stackOf(options), projectFolder: projectFolderOf(options), env });
}

/** @throws CommandError if no stack was named: a command never guesses which credentials it is about. */
export function stackOf(options: StackOption, env: NodeJS.ProcessEnv = process.env): string {
  const stack = options.stack ?? env.PULUMI_STACK;
  if (stack === undefined || stack === "") {
    throw new CommandError("name the stack: --stack dev", exitCodes.configuration);
  }
  if (!/^[A-Za-z0-9._/-]{1,100}$/.test(stack)) {
    throw new CommandError(`"${stack}" is no stack's name`, exitCodes.configuration);
  }
  return stack;
}
