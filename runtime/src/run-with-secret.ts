import { abortable, delay } from "./abort.ts";
import { fullJitterDelayMs, type Random } from "./backoff.ts";
import type { TokenFailure, TokenGrantType } from "./classify-token-error.ts";
import type { ClientSecret } from "./client-secret.ts";
import type { Clock } from "./clock.ts";
import { OperationTimeoutError, TokenRequestError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { nextStep, type Step } from "./next-step.ts";
import { isYoung, type RefusedSecrets } from "./refused-secrets.ts";
import type { SecretCache } from "./secret-cache.ts";

/** Delays between attempts against passing trouble. */
const transientBackoff = { firstMs: 250, longestMs: 8_000 };

/** What one attempt with one secret came to. */
export type AttemptOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: TokenFailure; readonly cause?: string | undefined };

/** Something that needs the client secret: usually a token request. */
export interface Operation<T> {
  readonly grantType: TokenGrantType;
  /** Whose trouble it may be besides the application's: a customer's key. */
  readonly subject?: string | undefined;
  /** Aborted when nobody waits any more: no further attempt is then begun. One under way is left to finish. */
  readonly stop?: AbortSignal | undefined;
  /**
   * Tries once. A refusal is a value; anything thrown ends the operation as it is.
   */
  attempt(secret: ClientSecret, options: { readonly timeoutMs: number }): Promise<AttemptOutcome<T>>;
}

/** What a run tells of itself. */
export interface RunObserver {
  onAttempt(
    operation: Operation<unknown>,
    secret: ClientSecret,
    failure: TokenFailure | undefined,
    durationMs: number,
  ): void;
  onRefused(secret: ClientSecret, failure: TokenFailure): void;
  onFallback(secret: ClientSecret): void;
}

export interface RunContext {
  readonly cache: SecretCache;
  readonly refused: RefusedSecrets;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: RunObserver;
  /** Monotonic time at which the call came in. */
  readonly startedMs: number;
  /** `cache.readsBegun` when the call came in. */
  readonly readsAtStart: number;
  /** A breaker's probe: neither waits nor repeats. */
  readonly isProbe: boolean;
}

interface Choice {
  readonly secret: ClientSecret;
  /** Whether it is the secret before the current one. */
  readonly isFallback: boolean;
}

/**
 * Runs an operation with the secret at hand, and follows {@link nextStep} when it is refused.
 *
 * @throws TokenRequestError, SecretReadError, OperationTimeoutError, the reason of `operation.stop`, or what
 * `operation.attempt` throws.
 */
export async function runWithSecret<T>(operation: Operation<T>, context: RunContext): Promise<T> {
  const { cache, refused, limits, clock, observer } = context;
  const leftMs = () => context.startedMs + limits.maxElapsedMs - clock.monotonicMs();
  let waits = 0;
  for (let attempts = 1; ; attempts++) {
    if (leftMs() <= 0) {
      throw new OperationTimeoutError(limits.maxElapsedMs);
    }
    const { secret, isFallback } = await chooseSecret(operation, context, attempts - 1, leftMs());
    const sentAtMs = clock.monotonicMs();
    const readsWhenSent = cache.readsBegun;
    let outcome: AttemptOutcome<T>;
    try {
      operation.stop?.throwIfAborted();
      const timeoutMs = Math.max(1, Math.min(limits.requestTimeoutMs, leftMs()));
      outcome = await operation.attempt(secret, { timeoutMs });
    } catch (error) {
      refused.release(secret, clock.monotonicMs());
      throw error;
    }
    const failure = outcome.ok ? undefined : outcome.failure;
    observer.onAttempt(operation, secret, failure, clock.monotonicMs() - sentAtMs);
    if (outcome.ok) {
      refused.remove(secret);
      if (isFallback) {
        observer.onFallback(secret);
      }
      return outcome.value;
    }
    const step = await afterFailure(outcome.failure, secret, attempts, waits, readsWhenSent, leftMs, context);
    if (step.do === "give-up") {
      throw new TokenRequestError(outcome.failure, attempts, secret.info, outcome.cause);
    }
    if (step.do === "wait") {
      waits++;
      await delay(clock, step.delayMs, operation.stop);
    }
  }
}

/** Takes note of a failure and decides what follows, the source read anew if that decision needs it. */
async function afterFailure(
  failure: TokenFailure,
  secret: ClientSecret,
  attempts: number,
  waits: number,
  readsWhenSent: number,
  leftMs: () => number,
  context: RunContext,
): Promise<Step> {
  const { cache, refused, limits, clock, random, observer } = context;
  const young = isYoung(secret, clock.nowMs(), cache.firstSeenMs(secret));
  let refusedForMs = 0;
  if (failure.kind === "expired" || failure.kind === "wrong-secret") {
    refusedForMs = refused.add(secret, failure, young, clock.monotonicMs());
    observer.onRefused(secret, failure);
  } else {
    refused.release(secret, clock.monotonicMs());
  }
  const backoffMs = fullJitterDelayMs(waits, transientBackoff, random);
  const decide = (reloaded: boolean, hasOther: boolean) =>
    nextStep({
      failure,
      attempts,
      maxAttempts: limits.maxAttempts,
      leftMs: leftMs(),
      mayWait: !context.isProbe,
      reloaded,
      hasOther,
      isYoung: young,
      refusedForMs,
      backoffMs,
    });
  const step = decide(false, false);
  if (step.do !== "reload") {
    return step;
  }
  await cache.loadSince(readsWhenSent).catch(() => {}); // Reported by the cache; what is at hand must do.
  return decide(true, await hasUsableSecret(context));
}

async function hasUsableSecret({ cache, refused, clock }: RunContext): Promise<boolean> {
  const usable = (secret: ClientSecret | undefined) =>
    secret !== undefined && refused.failureOf(secret, clock.monotonicMs()) === undefined;
  return usable(cache.current) || usable(await cache.previous().catch(() => undefined));
}

/**
 * The current secret, or the previous one while the current one is refused. Reads the source anew if both are.
 */
async function chooseSecret(
  operation: Operation<unknown>,
  context: RunContext,
  attempts: number,
  waitMs: number,
): Promise<Choice> {
  const { cache, refused, clock } = context;
  const takeHeld = async (): Promise<Choice | undefined> => {
    const { current } = cache;
    if (current !== undefined && refused.take(current, clock.monotonicMs())) {
      return { secret: current, isFallback: false };
    }
    const previous = await abortable(
      cache.previous().catch(() => undefined),
      operation.stop,
    );
    return previous !== undefined && refused.take(previous, clock.monotonicMs())
      ? { secret: previous, isFallback: true }
      : undefined;
  };
  const current = await cache.load(context.isProbe ? 0 : waitMs, operation.stop);
  let choice = await takeHeld();
  if (choice === undefined) {
    await abortable(
      cache.loadSince(context.readsAtStart).catch(() => {}),
      operation.stop,
    );
    choice = await takeHeld();
  }
  if (choice !== undefined) {
    return choice;
  }
  const secret = cache.current ?? current;
  const failure = refused.failureOf(secret, clock.monotonicMs());
  if (failure === undefined) {
    return { secret, isFallback: false }; // Its refusal ran out just now.
  }
  throw new TokenRequestError(failure, attempts, secret.info);
}
