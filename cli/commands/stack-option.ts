import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { DURATION_FORM, formatDuration, HOUR_MS, parseDuration } from "../../infra/duration.ts";
import { DEFAULT_TIMEOUT, type Engine, openEngine, PROJECT_FOLDER } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** The flags by which a command knows which stack is meant: the same as Pulumi's own. */
export interface StackOption {
  stack?: string;
  cwd?: string;
  /** Only of commands that change something: see `withTimeoutOption`. */
  timeout?: string;
}

/** More than any update needs, and well within what a timer can count. */
const LONGEST_TIMEOUT_MS = 24 * HOUR_MS;

/** Adds `--stack`, which `PULUMI_STACK` can stand in for, and `--cwd`. */
export function withStackOption(command: Command): Command {
  return command
    .option("-s, --stack <name>", "the stack (default: PULUMI_STACK)")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this checkout)");
}

/** Adds `--timeout`, for commands that change something: an operation that is never answered must not hold them up for ever. */
export function withTimeoutOption(command: Command): Command {
  return command.option(
    "--timeout <duration>",
    "how long the engine may take; then it is stopped, and the next update goes on from there",
    DEFAULT_TIMEOUT,
  );
}

/**
 * The folder of `Pulumi.yaml` that is meant.
 * @throws CommandError if there is no such folder.
 */
export function projectFolderOf({ cwd }: StackOption): string {
  if (cwd === undefined) return PROJECT_FOLDER;
  const folder = resolve(cwd);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandError(`--cwd ${cwd}: there is no such folder`, exitCodes.configuration);
  }
  return folder;
}

/** The engine on the stack that is meant. */
export async function engineFor(options: StackOption, env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const timeoutMs = timeoutOf(options);
  return openEngine({
    ...{ stack: stackOf(options), projectFolder: projectFolderOf(options), env },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}

/** @throws CommandError if it is no duration, or none that makes sense. */
export function timeoutOf({ timeout }: StackOption): number | undefined {
  if (timeout === undefined) return undefined;
  const ms = parseDuration(timeout);
  if (ms === undefined || ms === 0 || ms > LONGEST_TIMEOUT_MS) {
    throw new CommandError(
      `--timeout ${timeout}: allowed is ${DURATION_FORM}, up to ${formatDuration(LONGEST_TIMEOUT_MS)}`,
      exitCodes.configuration,
    );
  }
  return ms;
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
