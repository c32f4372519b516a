import { z } from "zod";
import type { Fetch } from "../../infra/directory-time.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { retryDelayMs } from "./retry.ts";

const REQUEST_TIMEOUT_MS = 10_000;
const TRIES = 3;

/** How one is asked for a token. */
export interface TokenRequest {
  url: string;
  method: "GET" | "POST";
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** What the token is read from. */
  answer: z.ZodType<string>;
  /** What to see to if there is none. */
  hint: string;
}

export interface AskArgs {
  fetch?: Fetch;
  /** From 0 to 1, for the pauses between attempts. */
  random?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
}

/**
 * Asks for a token, again where the one who is asked has trouble of its own.
 * @throws CommandError if none is given; it repeats nothing of the answer.
 */
export async function askForToken(request: TokenRequest, args: AskArgs): Promise<string> {
  const { fetch = globalThis.fetch, random = Math.random, sleep = defaultSleep } = args;
  let problem = "";
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) await sleep(retryDelayMs(attempt - 1, random()) / 10);
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: { accept: "application/json", ...request.headers },
        ...(request.body !== undefined && { body: request.body }),
        redirect: "error",
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (response.ok) return request.answer.parse(await response.json());
      problem = `it answered ${response.status}`;
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      problem = error instanceof z.ZodError ? "it answered with no token" : String(error);
    }
  }
  throw new CommandError(
    `${new URL(request.url).origin} gives this run no token (${problem}): ${request.hint}`,
    exitCodes.authentication,
  );
}

function defaultSleep(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
