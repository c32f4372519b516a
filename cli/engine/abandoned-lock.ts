import { z } from "zod";
import { HOUR_MS } from "../../infra/duration.ts";
import type { Terminal } from "../terminal.ts";
import type { Engine } from "./engine.ts";
import { describeHolders, type LockHolder } from "./lock.ts";

/**
 * How old a lock must be before its holder is taken for dead, whatever machine it was on: longer than a job of a pipeline
 * may take (2 hours) and an update by hand by default, with an hour for what clocks differ by.
 */
export const ABANDONED_AFTER_MS = 3 * HOUR_MS;

/**
 * Whether all holders of a lock are dead, as far as another machine can tell: the locks are old, and so is what the stack
 * remembers, which an update that lives writes down at each step. Pure.
 * @param writtenAtMs when the stack's state was last written; undefined for never.
 * @param nowMs by this machine's clock, as the locks' times are by other machines'.
 */
export function areAbandoned(
  holders: readonly LockHolder[],
  writtenAtMs: number | undefined,
  nowMs: number,
): boolean {
  const isOld = (ms: number) => nowMs - ms >= ABANDONED_AFTER_MS;
  return (
    holders.length > 0 &&
    holders.every(({ since }) => isOld(Date.parse(since))) &&
    (writtenAtMs === undefined || isOld(writtenAtMs))
  );
}

const exported = z.object({
  deployment: z.object({ manifest: z.object({ time: z.string() }).optional() }).nullish(),
});

/**
 * Takes a lock away whose holders are all dead by `areAbandoned`, such as that of a runner that was lost in the middle of
 * an update. What the update left half done is settled by the next one.
 * @returns whether it was taken away.
 */
export async function releaseAbandonedLock(
  engine: Engine,
  holders: readonly LockHolder[],
  { terminal, nowMs }: { terminal: Pick<Terminal, "err">; nowMs: number },
): Promise<boolean> {
  if (!areAbandoned(holders, undefined, nowMs)) return false;
  if (!areAbandoned(holders, await lastWrittenMs(engine), nowMs)) return false;
  terminal.err(
    `The lock of ${describeHolders(holders)} is older than any run may take, and nothing was written since: removed.`,
  );
  await engine.expect(["cancel", "--yes"]);
  return true;
}

async function lastWrittenMs(engine: Engine): Promise<number | undefined> {
  const { stdout } = await engine.expect(["stack", "export"]);
  const time = exported.parse(JSON.parse(stdout)).deployment?.manifest?.time;
  return time === undefined ? undefined : Date.parse(time);
}
