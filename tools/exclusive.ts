import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** Who holds a lock, for the message to those who wait. */
export interface LockOwner {
  pid: number;
  host: string;
}

/** How to wait for a lock. */
export interface ExclusiveOptions<T> {
  /** What the lock is about; `<path>.lock` is the lock itself, `<path>.owner` names its owner. */
  path: string;
  /** Asked before each try for the lock: a result means that there is nothing left to do. */
  alreadyDone: () => Promise<T | undefined>;
  /** Told once, when another process holds the lock. */
  onWait: (owner: LockOwner | undefined) => void;
  /** Gives up waiting after this long. */
  timeoutMs: number;
}

/**
 * An owner renews its lock every few seconds; one that has not for this long is dead, and the next process
 * takes over. Long, because a machine that is busy with a build may leave the owner waiting.
 */
const staleMs = 30_000;
const renewMs = 5_000;
const pollMs = 250;

/**
 * Runs `action` in one process of this machine at a time. The lock spares work; it is not what keeps the
 * result whole (a process that was suspended for long can lose it), so `action` must end in one rename.
 */
export async function exclusively<T>(options: ExclusiveOptions<T>, action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(options.path), { recursive: true });
  const giveUpMs = performance.now() + options.timeoutMs;
  let told = false;
  while (true) {
    const done = await options.alreadyDone();
    if (done !== undefined) return done;
    const release = await tryLock(options.path);
    if (release !== undefined) {
      try {
        // Its last owner may have finished between the question and the lock.
        return (await options.alreadyDone()) ?? (await action());
      } finally {
        await release();
      }
    }
    if (!told) options.onWait(await readOwner(options.path));
    told = true;
    if (performance.now() > giveUpMs) throw new Error(`waited too long for the lock ${options.path}.lock`);
    await sleep(pollMs);
  }
}

async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
  const ownerPath = `${path}.owner`;
  try {
    const unlock = await lock(path, {
      realpath: false,
      stale: staleMs,
      update: renewMs,
      // Losing the lock is harmless (see `exclusively`); the library's default is to end the process.
      onCompromised: () => {},
    });
    const owner: LockOwner = { pid: process.pid, host: hostname() };
    await writeFile(ownerPath, JSON.stringify(owner));
    return async () => {
      await rm(ownerPath, { force: true });
      await unlock().catch(ignoreLost);
    };
  } catch (error) {
    if (errorCode(error) === "ELOCKED") return undefined;
    throw error;
  }
}

function ignoreLost(error: unknown): void {
  if (errorCode(error) !== "ENOTACQUIRED" && errorCode(error) !== "ERELEASED") throw error;
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const owner: Partial<LockOwner> = JSON.parse(await readFile(`${path}.owner`, "utf8"));
    return typeof owner.pid === "number" && typeof owner.host === "string"
      ? { pid: owner.pid, host: owner.host }
      : undefined;
  } catch {
    return undefined;
  }
}
