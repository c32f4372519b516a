import { StackLockedError } from "../engine/locked-error.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

/** How often an update is tried in one run; the next scheduled run is another try. */
export const MOST_ATTEMPTS = 3;

const BASE_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/**
 * Signs of trouble that passes: networks, throttling, servers' own trouble, somebody else's update on Pulumi Cloud (the
 * lock of another backend is waited for by `waitForLock`). A failed verification is none: the plan itself decides when
 * that is tried again.
 */
const TRANSIENT = [
  /\b(ECONNRESET|ECONNREFUSED|ETIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH|EAI_AGAIN|UND_ERR_\w+)\b/,
  /\b(connection (reset|refused|closed|timed out)|unexpected EOF|i\/o timeout|TLS handshake timeout|no such host)\b/i,
  /\b(too many requests|throttl(ed|ing)|temporarily unavailable|service unavailable|gateway time-?out|bad gateway)\b/i,
  /\bnot answered? (in|within)\b|\btimed out\b|\bcontext deadline exceeded\b/i,
  /\b(StatusCode|status(?: code)?|HTTP)[ :=/]*(429|500|502|503|504)\b/i,
  /\banother update is currently in progress\b|\bthe stack is currently locked\b/i,
];

/** Whether what an engine said is worth another try in the same run. Pure. */
export function isTransient(text: string): boolean {
  return TRANSIENT.some((sign) => sign.test(text));
}

/**
 * How long to wait before attempt `attempt` + 1: anything between nothing and a bound that doubles (full jitter,
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter).
 * @param random from 0 to 1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(LONGEST_DELAY_MS, BASE_DELAY_MS * 2 ** (attempt - 1)));
}

export interface RetryArgs {
  terminal: Pick<Terminal, "err">;
  /** From 0 to 1, for the pauses between attempts. */
  random: () => number;
  sleep: (ms: number) => Promise<unknown>;
}

/** Does `work`, and does it again, up to `MOST_ATTEMPTS` times, while its trouble is of a kind that passes. */
export async function withRetries<T>(
  { terminal, random, sleep }: RetryArgs,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isWorthAnotherTry(error)) throw error;
      const waitMs = retryDelayMs(attempt, random());
      const [what = ""] = error.message.split("\n");
      terminal.err(`keyturn: ${what.replace(/:$/, "")}: tried again in ${Math.ceil(waitMs / 1000)} s`);
      await sleep(waitMs);
    }
  }
}

function isWorthAnotherTry(error: unknown): error is CommandError {
  // A lock takes longer, and whoever has waited for it begins anew: see `waitForLock`.
  if (!(error instanceof CommandError) || error instanceof StackLockedError) return false;
  return error.exitCode === exitCodes.error && isTransient(error.message);
}
