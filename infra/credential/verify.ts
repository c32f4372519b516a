import type { TokenFailure, TokenOutcome } from "../../runtime/src/index.ts";
import { formatDuration } from "../duration.ts";
import type { FailureKind } from "../rotation/memory.ts";
import type { Verdict } from "../rotation/outcome.ts";

export interface VerifyArgs {
  /** Asks for one token with the secret; must end by itself within that time, in milliseconds. */
  requestToken: (withinMs: number) => Promise<TokenOutcome>;
  /** So many tokens in a row make a secret good. */
  successes: number;
  /** Between two tries, in milliseconds. */
  pauseMs: number;
  /** How long the whole of it may take, in milliseconds: nothing goes on after that. */
  windowMs: number;
  /** Milliseconds by a clock that never goes back. */
  monotonicMs: () => number;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Proves that a secret works: several tokens in a row, since right after a success on one replica of the
 * token endpoint another may still refuse the same secret. Ends within the window, whatever the endpoint does.
 */
export async function verifySecret(args: VerifyArgs): Promise<Verdict> {
  const startedMs = args.monotonicMs();
  let inARow = 0;
  let last: TokenOutcome | undefined;
  for (;;) {
    const answer = await args.requestToken(startedMs + args.windowMs - args.monotonicMs());
    const spentMs = args.monotonicMs() - startedMs;
    // A try that the end of the window cut short says nothing: what was answered before it counts.
    const isCutShort = !answer.ok && answer.failure.status === undefined && spentMs >= args.windowMs;
    const outcome = isCutShort ? (last ?? answer) : answer;
    last = outcome;
    if (!isCutShort) inARow = outcome.ok ? inARow + 1 : 0;
    if (inARow >= args.successes) return { ok: true };
    const next = outcome.ok
      ? afterSuccess(inARow, args, spentMs)
      : afterFailure(outcome.failure, args, spentMs, outcome.cause);
    if ("verdict" in next) return next.verdict;
    await args.sleep(next.waitMs);
  }
}

/** What to do after a token that is not the last one needed. Not refused, so that the same secret is tried again later. */
function afterSuccess(
  inARow: number,
  { pauseMs, windowMs, successes }: VerifyArgs,
  spentMs: number,
): { waitMs: number } | { verdict: Verdict & { ok: false } } {
  if (spentMs + pauseMs < windowMs) return { waitMs: pauseMs };
  const reason = `time is up: ${inARow} of ${successes} tokens in a row. ${triedFor(spentMs)}.`;
  return { verdict: { ok: false, kind: "unavailable", reason } };
}

function triedFor(spentMs: number): string {
  return `Tried for ${formatDuration(Math.round(spentMs / 1000) * 1000)}`;
}

/** What to do after one refused or failed try. Pure. */
export function afterFailure(
  failure: TokenFailure,
  { pauseMs, windowMs }: Pick<VerifyArgs, "pauseMs" | "windowMs">,
  spentMs: number,
  cause?: string,
): { waitMs: number } | { verdict: Verdict & { ok: false } } {
  const fail = (kind: FailureKind, reason: string) => ({ verdict: { ok: false as const, kind, reason } });
  const what = describe(failure, cause);
  const wait = (waitMs: number, kind: FailureKind) =>
    spentMs + waitMs < windowMs ? { waitMs } : fail(kind, `${what} ${triedFor(spentMs)}.`);
  switch (failure.kind) {
    case "wrong-secret":
      // A new secret reaches Entra's replicas one after the other: refused now may be accepted in a moment.
      return wait(pauseMs, "rejected");
    case "expired":
      return fail("rejected", what);
    case "throttled":
      return wait(Math.max(pauseMs, failure.retryAfterMs), "unavailable");
    case "transient":
      return wait(Math.max(pauseMs, failure.retryAfterMs ?? 0), "unavailable");
    case "permanent":
      // An application made a moment ago may be unknown to a replica, just as its secret may be.
      return failure.reason === "application-missing"
        ? wait(pauseMs, "unavailable")
        : fail("unavailable", what);
    case "loop":
    case "user-grant":
      return fail("unavailable", what);
  }
}

/** In words, and without anything that an answer could have echoed. */
function describe(failure: TokenFailure, cause: string | undefined): string {
  const codes = failure.codes.map((code) => `AADSTS${code}`).join(", ");
  const status =
    failure.status === undefined ? `no answer (${cause ?? "unknown"})` : `HTTP ${failure.status}`;
  return `${failure.kind}: ${codes === "" ? status : codes}. ${failure.advice}`;
}
