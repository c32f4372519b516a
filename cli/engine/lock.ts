import type { Engine } from "./engine.ts";

/** Who holds the lock of a stack on a file, blob or bucket backend. */
export interface LockHolder {
  user: string;
  host: string;
  pid: number;
  /** When the lock was made, as Pulumi writes it. */
  since: string;
}

/** The holders named in Pulumi's refusal, or undefined if `text` is no such refusal. */
export function lockHolders(text: string): LockHolder[] | undefined {
  if (!/the stack is currently locked by \d+ lock/.test(text)) return undefined;
  const lines = text.matchAll(/created by (\S+?)@(\S+) \(pid (\d+)\) at (\S+)/g);
  return [...lines].map(([, user = "", host = "", pid = "", since = ""]) => ({
    user,
    host,
    pid: Number(pid),
    since,
  }));
}

/** Whether every lock was left behind by a process of this machine that is gone. */
export function locksAreStale(
  holders: readonly LockHolder[],
  here: { host: string; isAlive: (pid: number, sinceMs: number) => boolean },
): boolean {
  return (
    holders.length > 0 &&
    holders.every(({ host, pid, since }) => host === here.host && !here.isAlive(pid, Date.parse(since)))
  );
}

export function describeHolders(holders: readonly LockHolder[]): string {
  return holders
    .map(({ user, host, pid, since }) => `${user}@${host} (process ${pid}) since ${since}`)
    .join(", ");
}

/**
 * Who holds the stack's lock now; empty if nobody does, undefined if the backend does not tell.
 *
 * The engine has no question for that. Renaming a stack to its own name takes the lock, is then refused, and has
 * touched nothing (`renameStack` in pkg/backend/diy/backend.go of github.com/pulumi/pulumi v3.259.0).
 */
export async function holdersNow(engine: Engine): Promise<LockHolder[] | undefined> {
  const { stdout, stderr } = await engine.run(["stack", "rename", engine.stackName]);
  const said = `${stderr}\n${stdout}`;
  return lockHolders(said) ?? (/ already exists/.test(said) ? [] : undefined);
}
