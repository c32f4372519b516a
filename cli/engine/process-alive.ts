import { readFileSync } from "node:fs";

/** What Linux says of a process. */
export interface ProcessFacts {
  /** It has ended, and waits for its parent to notice. In a container nobody may ever do that. */
  isZombie: boolean;
  /** Since 1970. */
  startedAtMs: number;
}

/** Time of a process is counted in these, on every architecture (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
const TICKS_PER_SECOND = 100;

/**
 * Reads `/proc/<pid>/stat` and `/proc/stat`; undefined if they are not as documented.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function parseProcessFacts(processStat: string, systemStat: string): ProcessFacts | undefined {
  // `pid (command) state …`: the command may hold anything, so read after its last bracket.
  const fields = processStat.slice(processStat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const startedTicks = Number(fields[19]);
  const bootedAtSeconds = Number(/^btime (\d+)$/m.exec(systemStat)?.[1]);
  if (state === undefined || Number.isNaN(startedTicks) || Number.isNaN(bootedAtSeconds)) return undefined;
  return {
    isZombie: state === "Z" || state === "X",
    startedAtMs: (bootedAtSeconds + startedTicks / TICKS_PER_SECOND) * 1000,
  };
}

/** The two clocks that a lock's time and a process's start are read from may differ a little. */
const SLACK_MS = 60_000;

/** Whether the process that made a lock at `sinceMs` can still be running, given the one that has its number now. */
export function canHaveMade(sinceMs: number, { isZombie, startedAtMs }: ProcessFacts): boolean {
  return !isZombie && !(startedAtMs > sinceMs + SLACK_MS);
}

/**
 * Whether the process of this machine that made a lock still runs. Numbers are given again, after a restart of the
 * machine above all: on Linux a process that was started later than the lock is another one.
 * @param sinceMs when the lock was made; NaN if that is not known.
 */
export function isHolderAlive(pid: number, sinceMs: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const facts = factsOf(pid);
  return facts === undefined || canHaveMade(sinceMs, facts);
}

/** Undefined where nothing is known but that it exists. */
function factsOf(pid: number): ProcessFacts | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return parseProcessFacts(readFileSync(`/proc/${pid}/stat`, "utf8"), readFileSync("/proc/stat", "utf8"));
  } catch {
    return undefined;
  }
}
