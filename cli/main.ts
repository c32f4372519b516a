import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { commands } from "./commands/index.ts";
import { endWhenAsked } from "./engine/stoppable.ts";
import { CommandError, exitCodes } from "./exit-codes.ts";
import { guardedTerminal } from "./guarded-terminal.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

const { version } = createRequire(import.meta.url)("./package.json") as { version: string };

/** Runs the process's own command line; returns the exit code. A process that is asked to stop ends with `cancelled`. */
export async function mainOfProcess(args: string[]): Promise<number> {
  endWhenAsked(() => {
    processTerminal().err("keyturn: stopped, as asked");
    process.exit(exitCodes.cancelled);
  });
  return main(args);
}

/** Runs one command line; returns the exit code. */
export async function main(
  args: string[],
  plain: Terminal = processTerminal(),
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const terminal = guardedTerminal(plain, env);
  const program = new Command("keyturn")
    .description("Keeps OAuth client secrets alive in Entra ID.")
    .version(version, "--version", "print the version")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError("(add --help for what is allowed)");
  let exitCode: number = exitCodes.ok;
  for (const register of commands) {
    register(program, {
      terminal,
      setExitCode: (code) => {
        exitCode = code;
      },
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.configuration;
    }
    if (error instanceof CommandError) {
      terminal.err(`keyturn: ${error.message}`);
      return error.exitCode;
    }
    terminal.err(
      `keyturn: internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
    );
    return exitCodes.internal;
  }
}
