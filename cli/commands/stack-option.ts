import type { Command } from "commander";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** Adds `--stack`, which `PULUMI_STACK` can stand in for, as with Pulumi itself. */
export function withStackOption(command: Command): Command {
  return command.option("-s, --stack <name>", "the stack (default: PULUMI_STACK)");
}

/** @throws CommandError if no stack was named: a command never guesses which credentials it is about. */
export function stackOf(options: { stack?: string }, env: NodeJS.ProcessEnv = process.env): string {
  const stack = options.stack ?? env.PULUMI_STACK;
  if (stack === undefined || stack === "") {
    throw new CommandError("name the stack: --stack dev", exitCodes.configuration);
  }
  if (!/^[A-Za-z0-9._/-]{1,100}$/.test(stack)) {
    throw new CommandError(`"${stack}" is no stack's name`, exitCodes.configuration);
  }
  return stack;
}
