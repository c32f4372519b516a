import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLockFile } from "./file-lock.ts";

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

const pollMs = 250;

/** Runs `action` in one process of this machine at a time; one that dies, however it dies, makes way for the next. */
export async function exclusively<T>(options: ExclusiveOptions<T>, action: () => Promise<T>): Promise<T> {
  const giveUpMs = performance.now() + options.timeoutMs;
  let told = false;
  while (true) {
    const done = await options.alreadyDone();
    if (done !== undefined) return done;
    const release = tryLock(options.path);
    if (release !== undefined) {
      try {
        const owner: LockOwner = { pid: process.pid, host: hostname() };
        await writeFile(ownerPath(options.path), JSON.stringify(owner));
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

function tryLock(path: string): (() => Promise<void>) | undefined {
  const lock = tryLockFile(`${path}.lock`);
  if (lock === undefined) return undefined;
  return async () => {
    await rm(ownerPath(path), { force: true });
    lock.release();
  };
}

function ownerPath(path: string): string {
  return `${path}.owner`;
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  try {
    const owner: Partial<LockOwner> = JSON.parse(await readFile(ownerPath(path), "utf8"));
    return typeof owner.pid === "number" && typeof owner.host === "string"
      ? { pid: owner.pid, host: owner.host }
      : undefined;
  } catch {
    return undefined;
  }
}
