import { inspect } from "node:util";
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from "cockatiel";
import { type AbortSignalLike, abortable, delay, linkSignals, timeLimited } from "./abort.ts";
import type { Random } from "./backoff.ts";
import { ApplicationBreaker, type BreakerState } from "./breaker.ts";
import type { TokenFailure, TokenGrantType } from "./classify-token-error.ts";
import type { SecretInfo } from "./client-secret.ts";
import { type Clock, systemClock } from "./clock.ts";
import {
  BreakerOpenError,
  ClosedError,
  OperationTimeoutError,
  TokenRequestError,
  TooManyWaitersError,
} from "./errors.ts";
import type { RuntimeEventListener } from "./events.ts";
import { ImposedWaits } from "./imposed-waits.ts";
import type { Limits } from "./limits.ts";
import { timerInaccuracyMs } from "./next-step.ts";
import { recognizeTokenError } from "./recognize-token-error.ts";
import { RefusedSecrets } from "./refused-secrets.ts";
import { checkedOptions, type RotatingSecretOptions } from "./rotating-secret-options.ts";
import { type Operation, type RunObserver, runWithSecret } from "./run-with-secret.ts";
import { SecretCache } from "./secret-cache.ts";
import type { SecretSource } from "./sources/secret-source.ts";
import { Telemetry } from "./telemetry.ts";

/** What a function given to {@link RotatingSecret.withClientSecret} is told besides the secret. */
export interface SecretUse {
  /** Describes the secret, without its value. */
  readonly secret: SecretInfo;
  /** Aborted when the caller gives up or the time is over. */
  readonly signal: AbortSignal;
}

export interface WithClientSecretOptions {
  /** Stops waiting, and keeps further attempts from being made. */
  readonly signal?: AbortSignal;
  /** The customer on whose behalf this happens: their trouble alone does not open the breaker. */
  readonly subject?: string;
  /** What the secret is used for. Default `client_credentials`. */
  readonly grantType?: TokenGrantType;
  /**
   * Tells whether an error is the directory's refusal; `undefined` means it is not, and the error is thrown as it is.
   * Default: {@link recognizeTokenError}.
   */
  readonly classify?: (error: unknown) => TokenFailure | undefined;
}

/** A look at a rotating secret; harmless to log. */
export interface RotatingSecretStatus {
  readonly credential: string;
  readonly source: string;
  readonly secret: SecretInfo | undefined;
  readonly breaker: BreakerState["state"];
  readonly waiters: number;
}

/**
 * One application's client secret as it is now, and everything that all users of that application share: the cache,
 * the memory of what the directory refused, the circuit breaker, the limits, metrics and events.
 *
 * Make one per application and process, and give it to whatever needs tokens.
 */
export class RotatingSecret {
  readonly credential: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Limits;
  readonly #source: SecretSource;
  readonly #cache: SecretCache;
  readonly #refused: RefusedSecrets;
  readonly #imposed = new ImposedWaits();
  readonly #breaker: ApplicationBreaker;
  readonly #bulkhead: BulkheadPolicy;
  readonly #telemetry: Telemetry;
  readonly #observer: RunObserver;
  readonly #closed = new AbortController();
  #waiters = 0;

  /** @throws ConfigurationError naming every option that cannot be used. */
  constructor(options: RotatingSecretOptions) {
    const { limits, breaker } = checkedOptions(options);
    const clock = options.clock ?? systemClock;
    const random = options.random ?? Math.random;
    this.credential = options.credential;
    this.clock = clock;
    this.random = random;
    this.limits = limits;
    this.#source = options.source;
    this.#telemetry = new Telemetry(options.credential, options.meterProvider, () => ({
      secret: this.#cache.current?.info,
      breaker: this.#breaker.state.state,
      waiters: this.#waiters,
      nowMs: clock.nowMs(),
    }));
    this.#refused = new RefusedSecrets(random);
    this.#breaker = new ApplicationBreaker(breaker, {
      clock,
      random,
      onTransition: (state) => this.#onTransition(state),
    });
    this.#bulkhead = bulkhead(limits.maxConcurrentRequests, limits.maxWaiters);
    this.#cache = new SecretCache({
      source: options.source,
      clock,
      random,
      refreshIntervalMs: options.refreshIntervalMs ?? 600_000,
      readTimeoutMs: limits.readTimeoutMs,
      isRefused: (secret) => this.#refused.standing(secret, clock.monotonicMs()) !== undefined,
      onRead: (error) => {
        this.#telemetry.secretRead(error?.reason ?? "ok");
        if (error !== undefined) {
          this.#telemetry.event({
            type: "secret-read-failed",
            reason: error.reason,
            message: error.message,
          });
        }
      },
      onChanged: (secret, before) => {
        this.#telemetry.event({ type: "secret-changed", secret: secret.info, before: before?.info });
        this.#breaker.secretChanged();
      },
    });
    this.#observer = {
      onAttempt: (operation, _secret, failure, durationMs) =>
        this.#telemetry.tokenRequest(operation.grantType, failure, durationMs),
      onRefused: (secret, { kind, codes, traceId }) =>
        this.#telemetry.event({ type: "secret-refused", kind, codes, traceId, secret: secret.info }),
      onFallback: (secret) => {
        this.#telemetry.fallback();
        this.#telemetry.event({ type: "fallback-used", secret: secret.info });
      },
    };
  }

  /** How it stands; harmless to log. */
  get status(): RotatingSecretStatus {
    return {
      credential: this.credential,
      source: this.#source.description,
      secret: this.#cache.current?.info,
      breaker: this.#breaker.state.state,
      waiters: this.#waiters,
    };
  }

  /** The circuit breaker's state. */
  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  /**
   * Reads the secret now, so that a service can refuse to start without one. Optional: the first use reads it too.
   *
   * @throws SecretReadError
   */
  async start(options: { readonly signal?: AbortSignal } = {}): Promise<SecretInfo> {
    this.#closed.signal.throwIfAborted();
    const secret = await this.#cache.load(this.limits.maxElapsedMs, options.signal);
    return secret.info;
  }

  /**
   * Calls `use` with the client secret, and again with another one if the directory refuses it: for everything that
   * is not a token request of this library (IMAP, SMTP, other SDKs). `use` must not keep the value.
   *
   * Whatever `use` throws that is not a refusal is thrown as it is, and nothing is repeated.
   *
   * @throws TokenRequestError, SecretReadError, BreakerOpenError, TooManyWaitersError, OperationTimeoutError, or the
   * reason of `options.signal`.
   */
  withClientSecret<T>(
    use: (clientSecret: string, context: SecretUse) => Promise<T>,
    options: WithClientSecretOptions = {},
  ): Promise<T> {
    const { signal: stop, subject, grantType = "client_credentials" } = options;
    const classify =
      options.classify ??
      ((error: unknown) => recognizeTokenError(error, { grantType, nowMs: this.clock.nowMs() }));
    const work = this.run<T>({
      grantType,
      subject,
      stop,
      attempt: async (secret, bounds) => {
        const { maxElapsedMs } = this.limits;
        const timeout = new AbortController();
        const link = linkSignals([bounds.stop, timeout.signal]);
        const onTimeout = () => {
          timeout.abort(new OperationTimeoutError(maxElapsedMs));
          return timeout.signal.reason;
        };
        try {
          const work = use(secret.reveal(), { secret: secret.info, signal: link.signal });
          return {
            ok: true,
            value: await timeLimited(work, this.clock, bounds.leftMs, bounds.stop, onTimeout),
          };
        } catch (error) {
          const failure = classify(error);
          if (failure === undefined) {
            throw error;
          }
          return { ok: false, failure };
        } finally {
          link.unlink();
        }
      },
    });
    return this.waiting(work, stop);
  }

  /** Resolves when a call has a chance: the circuit breaker is closed, or due for a probe. */
  whenCallable(signal?: AbortSignal): Promise<void> {
    return this.#breaker.whenCallable(signal);
  }

  /** Calls `listener` for every event; returns how to stop that. */
  onEvent(listener: RuntimeEventListener): () => void {
    return this.#telemetry.listen(listener);
  }

  /** Stops background reads, requests and waiting calls. Those, and later ones, throw `ClosedError`. */
  close(): void {
    if (!this.#closed.signal.aborted) {
      this.#closed.abort(new ClosedError());
      this.#cache.close();
      this.#breaker.close();
      this.#telemetry.close();
    }
  }

  /**
   * Runs an operation under breaker and limits. Part of the library's inside; use {@link withClientSecret}.
   *
   * @internal
   */
  async run<T>(operation: Operation<T>): Promise<T> {
    const { subject } = operation;
    operation.stop?.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    const { breaker } = this;
    if (breaker.state === "open" && breaker.probeInMs > 0) {
      throw new BreakerOpenError(breaker.probeInMs, breaker.error); // Without queueing first.
    }
    const { signal: stop, unlink } = linkSignals([operation.stop, this.#closed.signal]);
    const context = {
      stop,
      closed: this.#closed.signal,
      cache: this.#cache,
      refused: this.#refused,
      imposed: this.#imposed,
      limits: this.limits,
      clock: this.clock,
      random: this.random,
      observer: this.#observer,
      startedMs: operation.startedMs ?? this.clock.monotonicMs(),
      readsAtStart: this.#cache.readsBegun,
    };
    try {
      // An aborted `stop` ends what has not begun; what has is left to finish, for its result is worth keeping.
      // The bulkhead is not told of it: it would drop a call, and with it the turn of the one behind.
      await this.#imposedWait(subject, context);
      return await this.#bulkhead.execute(async () => {
        stop.throwIfAborted();
        await this.#imposedWait(subject, context); // It may have been told while this one queued.
        return this.#breaker.execute((isProbe) => runWithSecret(operation, { ...context, isProbe }), {
          subject,
          signal: stop,
        });
      });
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new TooManyWaitersError(this.limits.maxWaiters) : error;
    } finally {
      unlink();
    }
  }

  /**
   * Waits for something that others may wait for too, as one of the callers that `maxWaiters` bounds.
   *
   * @internal
   */
  async waiting<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
    if (this.#waiters >= this.limits.maxWaiters) {
      promise.catch(() => {});
      throw new TooManyWaitersError(this.limits.maxWaiters);
    }
    this.#waiters++;
    try {
      return await abortable(abortable(promise, this.#closed.signal), signal);
    } finally {
      this.#waiters--;
    }
  }

  /** Waits as long as the directory told this customer to, or the application; before it costs the breaker anything. */
  async #imposedWait(
    subject: string | undefined,
    { startedMs, stop }: { readonly startedMs: number; readonly stop: AbortSignal },
  ): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    const imposed = this.#imposed.standing(subject, nowMs);
    if (imposed !== undefined) {
      if (imposed.leftMs >= startedMs + this.limits.maxElapsedMs - nowMs) {
        throw new TokenRequestError(imposed.failure, 0, this.#cache.current?.info);
      }
      await delay(this.clock, imposed.leftMs + timerInaccuracyMs, stop);
    }
  }

  toJSON(): RotatingSecretStatus {
    return this.status;
  }

  [inspect.custom](): RotatingSecretStatus {
    return this.status;
  }

  #onTransition(state: BreakerState): void {
    this.#telemetry.event({
      type: "breaker-changed",
      state: state.state,
      message: state.state === "open" ? state.error?.message : undefined,
      probeInMs: state.state === "open" ? state.probeInMs : undefined,
    });
  }
}
