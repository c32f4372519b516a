import { open, rm, stat } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { safeText } from "./safe-text.ts";

/** Replaces a file in one step, so that a reader (a metrics collector, say) never meets half of one. @throws CommandError */
export async function replaceFile(file: string, content: string): Promise<void> {
  try {
    await writeFileAtomic(file, content);
  } catch (error) {
    throw new CommandError(`${safeText(file)} cannot be written: ${reason(error)}`);
  }
}

/** A file that is to be written, and the option that names it. */
export interface WantedFile {
  option: "--output" | "--notified";
  file: string;
}

/**
 * Checks that files can be written, before the long part whose result they are for.
 * @throws CommandError (2) naming each that cannot be
 */
export async function requireReplaceable(files: readonly WantedFile[]): Promise<void> {
  const problems: string[] = [];
  for (const { option, file } of files) {
    const problem = await problemOf(file);
    if (problem !== undefined) problems.push(`${option} ${safeText(file)}: ${problem}`);
  }
  if (problems.length === 0) return;
  throw new CommandError(
    `these files cannot be written:\n  ${problems.join("\n  ")}`,
    exitCodes.configuration,
  );
}

/** By making what is made in the end, too: a new file beside it. */
async function problemOf(file: string): Promise<string | undefined> {
  const probe = `${file}.${process.pid}.new`;
  try {
    await (await open(probe, "w")).close();
    await rm(probe, { force: true });
  } catch (error) {
    return reason(error);
  }
  const found = await stat(file).catch(() => undefined);
  return found?.isDirectory() === true ? "it is a folder" : undefined;
}

function reason(error: unknown): string {
  return safeText(error instanceof Error ? error.message : String(error));
}
