import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** An exclusive claim on a file name, kept until `release` or until the process ends, however it ends. */
export interface FileLock {
  release(): void;
}

/** SQLite's result code for "somebody else holds the lock" (https://www.sqlite.org/rescode.html#busy). */
const SQLITE_BUSY = 5;

/**
 * Claims `path` for this process; `undefined` if another one holds it (or this one does already).
 *
 * Node offers no file lock of its own. SQLite does: an open exclusive transaction is a lock of the
 * operating system, on every platform, and the kernel drops it when the process dies. A file with a
 * process id in it would need a guess about whether that process is still the same one.
 */
export function tryLockFile(path: string): FileLock | undefined {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
