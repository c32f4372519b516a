import { fileURLToPath } from "node:url";
import { type ProcessResult, runProcess } from "../../tools/run-process.ts";
import type { KeyturnStack } from "./keyturn-stack.ts";

const KEYTURN = fileURLToPath(new URL("../../cli/keyturn.js", import.meta.url));

/**
 * Runs the `keyturn` command on a test's stack, in a process of its own.
 * @param options.signal kills the command, the engine and the program.
 */
export function keyturn(
  stack: Pick<KeyturnStack, "project" | "env">,
  args: readonly string[],
  options: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<ProcessResult> {
  return runProcess(process.execPath, [KEYTURN, ...args, "--cwd", stack.project, "--stack", "dev"], {
    env: stack.env,
    timeoutMs: 120_000,
    ...options,
  });
}
