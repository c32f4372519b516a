import { type FileHandle, open, rm } from "node:fs/promises";
import { CommandError, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { safeText } from "../safe-text.ts";

/** What is needed of an open file. */
export type JournalHandle = Pick<FileHandle, "readFile" | "write" | "truncate" | "close">;

/** Written at once into a new file, so that a full disk is known before anything is asked. JSON begins behind it. */
const PROBE = " ";
/** As much of a first line as a scan may have written when it broke off. */
const BEGUN = /^ ?(\{|$)/;

/**
 * The file behind `--resume`. Lines are written one after another, whoever hands them in: a long line goes to the
 * disk in pieces, and pieces of two lines must not mix.
 */
export class JournalFile {
  readonly path: string;
  readonly #handle: JournalHandle;
  /** Up to where the file is written. */
  #end = 0;
  /** The last write that was handed in; once one has failed, all that follow fail too. */
  #last: Promise<void> = Promise.resolve();
  #worthKeeping = true;

  constructor(path: string, handle: JournalHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Opens the file, or makes it, for its owner alone. @throws CommandError (2) if it cannot be written */
  static async open(path: string): Promise<JournalFile> {
    try {
      // Not for appending: what is opened for that cannot be cut off on every system.
      const handle = (await openIfExists(path)) ?? (await open(path, "wx+", 0o600));
      if ((await handle.stat()).isFile()) return new JournalFile(path, handle);
      await handle.close();
    } catch (error) {
      throw refused(path, `cannot be opened: ${reason(error)}`);
    }
    throw refused(path, "is no regular file");
  }

  /**
   * What an earlier scan wrote: whole lines; what follows the last one's end was being written when it broke off, and
   * is cut off. Empty: there is nothing to go on from, and the file is begun anew.
   * @throws CommandError (2) if it cannot be read or written, or holds something else
   */
  async begin(): Promise<string[]> {
    const text = await this.#attempt(() => this.#handle.readFile("utf8"));
    const lines = text.split("\n");
    const unfinished = lines.pop() ?? "";
    // Somebody's file that was named by mistake is not to be cut.
    if (lines.length === 0 && !BEGUN.test(unfinished)) throw refused(this.path, "is no state of an audit");
    this.#end = Buffer.byteLength(text) - Buffer.byteLength(unfinished);
    this.#worthKeeping = lines.length > 0;
    if (unfinished !== "") await this.#attempt(() => this.#handle.truncate(this.#end));
    if (lines.length === 0) await this.#attempt(() => this.#write(PROBE));
    return lines;
  }

  /** Writes a line when those before it are written. @throws CommandError (1) if it cannot be */
  append(line: string): Promise<void> {
    this.#last = this.#last.then(() => this.#write(`${line}\n`));
    return this.#last.catch((error: unknown) => {
      throw refused(this.path, `cannot be written: ${reason(error)}`, exitCodes.error);
    });
  }

  /** There is nothing to go on from any more. */
  discard(): void {
    this.#worthKeeping = false;
  }

  /** Closes the file when everything is written, and removes it if there is nothing to go on from. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#handle.close();
    if (!this.#worthKeeping) await rm(this.path, { force: true });
  }

  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw refused(this.path, `cannot be used: ${reason(error)}`);
    }
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#end + done);
      done += bytesWritten;
    }
    this.#end += bytes.length;
    if (text !== PROBE) this.#worthKeeping = true;
  }
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A state file that is no use. @param why follows "the file" */
export function refused(
  path: string,
  why: string,
  exitCode: ExitCode = exitCodes.configuration,
): CommandError {
  return new CommandError(
    `--resume ${safeText(path)}: the file ${why}; delete it, or name another one, to begin anew`,
    exitCode,
  );
}

function reason(error: unknown): string {
  return safeText(error instanceof Error ? error.message : String(error));
}
