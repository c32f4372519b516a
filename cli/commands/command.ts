import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";

/** What a command is given besides its own flags. */
export interface CommandContext {
  terminal: Terminal;
  /** Sets the exit code of a run that ends without an error. */
  setExitCode(code: number): void;
}

/** Adds one command to the program. Each file of this folder exports one. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
