import type { TokenFailure } from "./classify-token-error.ts";

/** What is known when a token request has failed. */
export interface Situation {
  readonly failure: TokenFailure;
  /** Token requests made by this call. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Time left to this call, in milliseconds. */
  readonly leftMs: number;
  /** Whether this call may wait and ask again; a breaker's probe may not. */
  readonly mayWait: boolean;
  /** Whether the source was read after the refused request was sent. */
  readonly reloaded: boolean;
  /** Whether a secret that is not known to be refused is at hand: a newer one, or the previous one. */
  readonly hasOther: boolean;
  /** How long the refused secret is left alone, in milliseconds; without meaning for other failures. */
  readonly refusedForMs: number;
  /** The jittered delay that it is the turn of, in milliseconds. */
  readonly backoffMs: number;
}

/** What to do next. */
export type Step =
  | { readonly do: "reload" }
  | { readonly do: "switch" }
  | { readonly do: "wait"; readonly delayMs: number }
  | { readonly do: "give-up" };

/** A timer may fire this much early by the monotonic clock, in milliseconds. */
export const timerInaccuracyMs = 2;

const giveUp: Step = { do: "give-up" };

/**
 * Decides what follows a failed token request. Pure.
 *
 * A refused secret leads to one read of the source, then to another secret if there is one; where there is none, one
 * that was only unknown is tried again if that is soon. Passing trouble is waited out as long as attempts and time allow. Everything else needs a person.
 */
export function nextStep(situation: Situation): Step {
  const { failure } = situation;
  switch (failure.kind) {
    case "expired":
    case "wrong-secret":
      if (!situation.reloaded) {
        return { do: "reload" };
      }
      if (situation.attempts >= situation.maxAttempts || situation.leftMs <= 0) {
        return giveUp;
      }
      if (situation.hasOther) {
        return { do: "switch" };
      }
      return failure.kind === "wrong-secret"
        ? wait(situation, situation.refusedForMs + timerInaccuracyMs)
        : giveUp;
    case "throttled":
      return wait(situation, failure.retryAfterMs + situation.backoffMs);
    case "transient":
      return wait(situation, Math.max(situation.backoffMs, failure.retryAfterMs ?? 0));
    case "loop":
    case "permanent":
    case "user-grant":
      return giveUp;
  }
}

function wait(situation: Situation, delayMs: number): Step {
  return situation.mayWait && situation.attempts < situation.maxAttempts && delayMs < situation.leftMs
    ? { do: "wait", delayMs }
    : giveUp;
}
