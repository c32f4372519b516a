import { createInterface } from "node:readline/promises";
import { CommandError, exitCodes } from "../exit-codes.ts";

/**
 * Asks before something is done. Without a terminal to ask on, `--yes` is needed.
 * @throws CommandError if the answer is no, or nobody can be asked.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY !== true) {
    throw new CommandError("there is nobody to ask: give --yes to go on", exitCodes.configuration);
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await reader.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("nothing was changed", exitCodes.cancelled);
  } finally {
    reader.close();
  }
}
