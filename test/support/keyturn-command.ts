import { fileURLToPath } from "node:url";
import { type ProcessResult, type RunProcessOptions, runProcess } from "../../tools/run-process.ts";
import type { KeyturnStack } from "./keyturn-stack.ts";

const KEYTURN = fileURLToPath(new URL("../../cli/keyturn.js", import.meta.url));

/** `signal` kills the command, the engine and the program. */
export type KeyturnOptions = Partial<Omit<RunProcessOptions, "env" | "cwd">>;

/** Runs the `keyturn` command on a test's stack, in a process of its own. */
export function keyturn(
  stack: Pick<KeyturnStack, "project" | "env">,
  args: readonly string[],
  options: KeyturnOptions = {},
): Promise<ProcessResult> {
  return runProcess(process.execPath, [KEYTURN, ...args, "--cwd", stack.project, "--stack", "dev"], {
    env: stack.env,
    timeoutMs: 120_000,
    ...options,
  });
}
