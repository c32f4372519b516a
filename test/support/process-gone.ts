import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until no process of this id exists: after a kill the kernel may take a moment to clear it away. */
export async function processGone(pid: number): Promise<void> {
  for (let tries = 0; exists(pid); tries += 1) {
    assert.ok(tries < 1000, `process ${pid} is still there`);
    await sleep(5);
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
