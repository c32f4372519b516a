import { delay, timeLimited } from "./abort.ts";
import { fullJitterDelayMs, type Random } from "./backoff.ts";
import type { CallGate, Entrant, Entry } from "./call-gate.ts";
import type { TokenFailure, TokenGrantType } from "./classify-token-error.ts";
import type { ClientSecret } from "./client-secret.ts";
import type { Clock } from "./clock.ts";
import { OperationTimeoutError, TokenRequestError } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { nextStep, type Step, timerInaccuracyMs } from "./next-step.ts";
import { isYoung, type RefusedSecrets } from "./refused-secrets.ts";
import type { SecretCache } from "./secret-cache.ts";
import { type SharedBackoff, transientBackoff } from "./shared-backoff.ts";

/** A source that was read this lately is not read again for a secret known to be refused; milliseconds. */
const rereadPauseMs = 1_000;

/** What one attempt with one secret came to. */
export type AttemptOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: TokenFailure; readonly cause?: string | undefined };

/** The bounds of one attempt. */
export interface AttemptOptions {
  /** Time for one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Time left to the whole call, in milliseconds. */
  readonly leftMs: number;
  /** Aborted when nobody waits any more, or everything is closed. */
  readonly stop: AbortSignal;
  /** Aborted when everything is closed: nobody will use the answer. */
  readonly closed: AbortSignal;
}

/** Something that needs the client secret: usually a token request. */
export interface Operation<T> extends Entrant {
  readonly grantType: TokenGrantType;
  /**
   * Tries once. A refusal is a value; anything thrown ends the operation as it is.
   */
  attempt(secret: ClientSecret, options: AttemptOptions): Promise<AttemptOutcome<T>>;
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

export interface RunContext extends Entry {
  readonly cache: SecretCache;
  readonly refused: RefusedSecrets;
  readonly backoff: SharedBackoff;
  readonly gate: CallGate;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: RunObserver;
  /** `cache.readsBegun` when the call came in. */
  readonly readsAtStart: number;
}

interface FailedAttempt {
  readonly failure: TokenFailure;
  readonly secret: ClientSecret;
  /** Monotonic time. */
  readonly sentAtMs: number;
  /** `cache.readsBegun` when it was sent. */
  readonly readsWhenSent: number;
}

/** How far a call has come. */
interface Progress {
  readonly attempts: number;
  readonly waits: number;
  leftMs(): number;
}

interface Choice {
  readonly secret: ClientSecret;
  /** Whether it is the secret before the current one. */
  readonly isFallback: boolean;
}

/**
 * Runs an operation with the secret at hand, and follows {@link nextStep} when it is refused.
 *
 * @throws TokenRequestError, SecretReadError, OperationTimeoutError, BreakerOpenError, the reason of `context.stop`, or what
 * `operation.attempt` throws.
 */
export async function runWithSecret<T>(operation: Operation<T>, context: RunContext): Promise<T> {
  const { cache, refused, backoff, limits, clock, observer, stop, closed } = context;
  const leftMs = () => context.startedMs + limits.maxElapsedMs - clock.monotonicMs();
  let waits = 0;
  let lastError: TokenRequestError | undefined;
  for (let attempts = 1; ; attempts++) {
    const timeOut = () => lastError ?? new OperationTimeoutError(limits.maxElapsedMs);
    const { secret, isFallback } = await takeTurn(context, attempts - 1, leftMs, timeOut);
    const sentAtMs = clock.monotonicMs();
    const readsWhenSent = cache.readsBegun;
    let outcome: AttemptOutcome<T>;
    try {
      stop.throwIfAborted();
      const left = Math.max(1, leftMs());
      const timeoutMs = Math.min(limits.requestTimeoutMs, left);
      outcome = await operation.attempt(secret, { timeoutMs, leftMs: left, stop, closed });
    } catch (error) {
      refused.release(secret, clock.monotonicMs());
      backoff.release(sentAtMs, clock.monotonicMs());
      throw error;
    }
    const failure = outcome.ok ? undefined : outcome.failure;
    observer.onAttempt(operation, secret, failure, clock.monotonicMs() - sentAtMs);
    if (outcome.ok) {
      refused.remove(secret);
      backoff.succeeded(operation);
      if (isFallback) {
        observer.onFallback(secret);
      }
      return outcome.value;
    }
    context.gate.imposed.note(operation.subject, outcome.failure, clock.monotonicMs());
    backoff.failed({ customer: operation, failure: outcome.failure, sentAtMs }, clock.monotonicMs());
    const refusal = { failure: outcome.failure, secret, sentAtMs, readsWhenSent };
    const step = await afterFailure(refusal, { attempts, waits, leftMs }, context);
    lastError = new TokenRequestError(outcome.failure, attempts, secret.info, outcome.cause);
    if (step.do === "give-up") {
      throw lastError;
    }
    if (step.do === "wait") {
      waits++;
      await delay(clock, step.delayMs, stop);
    }
  }
}

/**
 * Chooses a secret, and waits while another caller tries for all whether the directory is well again.
 *
 * @throws what `timeOut` returns, when the call's time is over.
 */
async function takeTurn(
  context: RunContext,
  attempts: number,
  leftMs: () => number,
  timeOut: () => Error,
): Promise<Choice> {
  const { refused, backoff, clock, stop, gate, isProbe } = context;
  for (;;) {
    if (leftMs() <= 0) {
      throw timeOut();
    }
    const choice = await chooseSecret(context, attempts, leftMs);
    const waitMs = isProbe ? 0 : backoff.takeTurn(clock.monotonicMs());
    if (waitMs === 0) {
      return choice;
    }
    refused.release(choice.secret, clock.monotonicMs());
    await delay(clock, Math.min(waitMs + timerInaccuracyMs, leftMs()), stop, backoff.onChange);
    gate.throwIfOpen();
  }
}

/** Takes note of a failure and decides what follows, the source read anew if that decision needs it. */
async function afterFailure(
  { failure, secret, sentAtMs, readsWhenSent }: FailedAttempt,
  { attempts, waits, leftMs }: Progress,
  context: RunContext,
): Promise<Step> {
  const { cache, refused, limits, clock, random, observer } = context;
  const young = isYoung(secret, clock.nowMs(), cache.firstSeenMs(secret));
  let refusedForMs = 0;
  if (failure.kind === "expired" || failure.kind === "wrong-secret") {
    refusedForMs = refused.add(secret, { failure, young, sentAtMs }, clock.monotonicMs());
    observer.onRefused(secret, failure);
  } else {
    refused.release(secret, clock.monotonicMs());
  }
  const backoffMs = fullJitterDelayMs(waits, transientBackoff, random);
  const decide = (reloaded: boolean, hasOther: boolean) =>
    nextStep({
      failure,
      // What others have tried in vain need not be tried again.
      attempts: isPassing(failure) ? Math.max(attempts, context.backoff.failures) : attempts,
      maxAttempts: limits.maxAttempts,
      leftMs: leftMs(),
      mayWait: !context.isProbe,
      reloaded,
      hasOther,
      refusedForMs,
      backoffMs,
    });
  const step = decide(false, false);
  if (step.do !== "reload") {
    return step;
  }
  await tolerantly(cache.loadSince(readsWhenSent), leftMs, context);
  const isUsable = (held: ClientSecret | undefined) =>
    held !== undefined && refused.standing(held, clock.monotonicMs()) === undefined;
  return decide(
    true,
    isUsable(cache.current) || isUsable(await tolerantly(cache.previous(), leftMs, context)),
  );
}

function isPassing({ kind }: TokenFailure): boolean {
  return kind === "transient" || kind === "throttled";
}

/** What a read of the source comes to within the call's time; nothing if it fails, which the cache reports. */
async function tolerantly<T>(
  read: Promise<T>,
  leftMs: () => number,
  { clock, limits, stop }: RunContext,
): Promise<T | undefined> {
  const onTimeout = () => new OperationTimeoutError(limits.maxElapsedMs);
  try {
    return await timeLimited(read, clock, Math.max(0, leftMs()), stop, onTimeout);
  } catch {
    stop.throwIfAborted();
    return undefined;
  }
}

/**
 * The current secret, or the previous one while the current one is refused. Reads the source anew if both are; then
 * waits until one of them may be tried again, or another caller's trial has ended, if that is soon.
 */
async function chooseSecret(context: RunContext, attempts: number, leftMs: () => number): Promise<Choice> {
  const { cache, refused, clock, stop, isProbe } = context;
  const nowMs = () => clock.monotonicMs();
  const takeHeld = async (): Promise<Choice | undefined> => {
    const { current } = cache;
    if (current !== undefined && refused.take(current, nowMs())) {
      return { secret: current, isFallback: false };
    }
    const previous = await tolerantly(cache.previous(), leftMs, context);
    return previous !== undefined && refused.take(previous, nowMs())
      ? { secret: previous, isFallback: true }
      : undefined;
  };
  for (let mayRead = true; ; mayRead = false) {
    const current = await cache.load(leftMs(), stop, !isProbe);
    let choice = await takeHeld();
    if (choice === undefined && mayRead && nowMs() - cache.readEndedMs >= rereadPauseMs) {
      await tolerantly(cache.loadSince(context.readsAtStart), leftMs, context);
      choice = await takeHeld();
    }
    if (choice !== undefined) {
      return choice;
    }
    const held = [cache.current ?? current, await tolerantly(cache.previous(), leftMs, context)];
    const refusals = held.flatMap((secret) => {
      const refusal = secret === undefined ? undefined : refused.standing(secret, nowMs());
      return refusal === undefined ? [] : [refusal];
    });
    const waitMs = Math.min(...refusals.map((refusal) => refusal.leftMs)) + timerInaccuracyMs;
    const isAwaited = waitMs < leftMs() || (leftMs() > 0 && refusals.some(({ onTrial }) => onTrial));
    const [first] = refusals;
    if (first !== undefined && (isProbe || !isAwaited)) {
      throw new TokenRequestError(first.failure, attempts, held[0]?.info);
    }
    if (first !== undefined) {
      await delay(clock, Math.min(waitMs, leftMs()), stop, refused.onChange);
    } // Otherwise a refusal ran out just now.
  }
}
