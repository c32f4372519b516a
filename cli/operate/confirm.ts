import { createInterface } from "node:readline/promises";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** Where a person is asked. */
export interface Console {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/**
 * Asks before something is done. Without a terminal to ask on, `--yes` is needed.
 * @param console default: the process's own.
 * @throws CommandError if the answer is anything but yes, Ctrl-C and the end of input among it, or nobody can be
 * asked.
 */
export async function confirm(
  question: string,
  yes: boolean,
  { input, output }: Console = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (yes) return;
  if (input.isTTY !== true) {
    throw new CommandError("there is nobody to ask: give --yes to go on", exitCodes.configuration);
  }
  const reader = createInterface({ input, output });
  const closed = new AbortController();
  // Ctrl-C and the end of input (Ctrl-D) close the interface: neither is an answer.
  reader.once("close", () => closed.abort());
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal: closed.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
    output.write("\n");
  } finally {
    reader.close();
  }
  throw new CommandError("nothing was changed: it was not confirmed", exitCodes.cancelled);
}
