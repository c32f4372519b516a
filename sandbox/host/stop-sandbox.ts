import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLockFile } from "../../tools/file-lock.ts";
import { findSandbox } from "./ensure-sandbox.ts";
import { readProcessRecord } from "./process-record.ts";

const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 25;

/** How a sandbox came to its end. */
export type StopResult = "stopped" | "killed" | "not running";

/**
 * Ends the sandbox of a folder and waits until it has let go of it. One that does not listen any more is
 * killed: what it acknowledged is on disk.
 */
export async function stopSandbox(folder: string): Promise<StopResult> {
  if (!isHeld(folder)) return "not running";
  const sandbox = await findSandbox(folder);
  if (sandbox !== undefined) {
    await sandbox.client.call("stop", {}).catch(() => {}); // it may be gone before the answer is out
    if (await letGo(folder)) return "stopped";
  }
  // Whoever holds the folder wrote the record, or is about to.
  const record = await readProcessRecord(folder);
  if (record !== undefined && isHeld(folder)) {
    try {
      process.kill(record.pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
  if (await letGo(folder)) return "killed";
  throw new Error(`The process that holds ${folder} could not be ended.`);
}

async function letGo(folder: string): Promise<boolean> {
  const giveUpMs = performance.now() + STOP_TIMEOUT_MS;
  while (isHeld(folder)) {
    if (performance.now() > giveUpMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Whether a process has the folder's state. */
function isHeld(folder: string): boolean {
  const path = join(folder, "state.lock");
  if (!existsSync(path)) return false;
  const lock = tryLockFile(path);
  lock?.release();
  return lock === undefined;
}
