import { CommandError, exitCodes } from "../exit-codes.ts";

/** How a terminal (Ctrl-C) and a pipeline that is cancelled ask a command to stop. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** How many of them run. */
let running = 0;

/**
 * Runs something that can stop in order. When this process is asked to stop, `run` is; when it is asked again, `run`
 * has to end at once. An engine that is killed instead leaves a lock, and perhaps a secret that nobody knows.
 * @throws CommandError if this process was asked to stop.
 */
export async function stoppable<T>(
  run: (askToStop: AbortSignal, kill: AbortSignal) => Promise<T>,
  source: Pick<NodeJS.Process, "on" | "off"> = process,
): Promise<T> {
  const asked = new AbortController();
  const killed = new AbortController();
  const stop = () => (asked.signal.aborted ? killed : asked).abort();
  for (const signal of SIGNALS) source.on(signal, stop);
  running++;
  try {
    const result = await run(asked.signal, killed.signal);
    if (!asked.signal.aborted) return result;
  } finally {
    running--;
    for (const signal of SIGNALS) source.off(signal, stop);
  }
  throw new CommandError(
    "stopped, as asked. The next update goes on from there: `keyturn up`",
    exitCodes.cancelled,
  );
}

/**
 * Calls `end` when this process is asked to stop while nothing runs that has to stop in order: a request to Azure, or a
 * pause, may be broken off anywhere.
 */
export function endWhenAsked(end: () => void, source: Pick<NodeJS.Process, "on"> = process): void {
  for (const signal of SIGNALS) {
    source.on(signal, () => {
      if (running === 0) end();
    });
  }
}
