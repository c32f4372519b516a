import { formatDuration, MINUTE_MS } from "../../infra/duration.ts";
import { releaseAbandonedLock } from "../engine/abandoned-lock.ts";
import type { Engine } from "../engine/engine.ts";
import { describeHolders } from "../engine/lock.ts";
import { StackLockedError } from "../engine/locked-error.ts";
import type { RetryArgs } from "./retry.ts";

/** As long as an update of a pipeline may take (`--timeout`): a rotation takes minutes, the first of a large stack longer. */
export const LONGEST_LOCK_WAIT_MS = 30 * MINUTE_MS;
/** Of one pause, which is drawn by lot: whoever else waits does not ask at the same moment. */
const LONGEST_PAUSE_MS = MINUTE_MS;

export interface WaitForLockArgs extends RetryArgs {
  openEngine: () => Promise<Engine>;
  /** Whether a lock of a holder that must be dead is taken away: where nobody is there who could know. */
  unattended: boolean;
  /** By this machine's clock. */
  nowMs: () => number;
}

/**
 * Does `work`, and does it again from its beginning as long as somebody else holds the stack's lock: what was previewed
 * before may be out of date afterwards.
 * @throws StackLockedError if the lock is still held `LONGEST_LOCK_WAIT_MS` after the beginning.
 */
export async function waitForLock<T>(args: WaitForLockArgs, work: () => Promise<T>): Promise<T> {
  const { terminal, random, sleep, openEngine, unattended, nowMs } = args;
  const giveUpAtMs = nowMs() + LONGEST_LOCK_WAIT_MS;
  let released = false;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StackLockedError)) throw error;
      const { holders } = error;
      if (unattended && !released) {
        released = await releaseAbandonedLock(await openEngine(), holders, { terminal, nowMs: nowMs() });
        if (released) continue;
      }
      if (nowMs() >= giveUpAtMs) throw error;
      const pauseMs = Math.round((LONGEST_PAUSE_MS * random()) / 1000) * 1000;
      terminal.err(
        `keyturn: ${describeHolders(holders)} is at work on this stack: looked at again in ${formatDuration(pauseMs)}`,
      );
      await sleep(pauseMs);
    }
  }
}
