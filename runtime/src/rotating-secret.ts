import { inspect } from "node:util";
import { linkSignals, timeLimited } from "./abort.ts";
import type { Random } from "./backoff.ts";
import { ApplicationBreaker, type BreakerState } from "./breaker.ts";
import { CallGate } from "./call-gate.ts";
import type { TokenFailure, TokenGrantType } from "./classify-token-error.ts";
import type { SecretInfo } from "./client-secret.ts";
import { type Clock, systemClock } from "./clock.ts";
import { OperationTimeoutError } from "./errors.ts";
import type { RuntimeEventListener } from "./events.ts";
import type { Limits } from "./limits.ts";
import { recognizeTokenError } from "./recognize-token-error.ts";
import { RefusedSecrets } from "./refused-secrets.ts";
import { checkedOptions, type RotatingSecretOptions } from "./rotating-secret-options.ts";
import { type Operation, type RunObserver, runWithSecret } from "./run-with-secret.ts";
import { SecretCache } from "./secret-cache.ts";
import { SharedBackoff } from "./shared-backoff.ts";
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
  /** The customer's tenant, if it is known: nor does the trouble of many customers of one tenant. */
  readonly tenant?: string;
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
  /** The current secret. */
  readonly secret: SecretInfo | undefined;
  /** The one that the directory accepted last: the previous one, while the current one is refused. */
  readonly inUse: SecretInfo | undefined;
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
  /**
   * What every call passes.
   *
   * @internal
   */
  readonly gate: CallGate;
  readonly #source: SecretSource;
  readonly #cache: SecretCache;
  readonly #refused: RefusedSecrets;
  readonly #backoff: SharedBackoff;
  readonly #breaker: ApplicationBreaker;
  readonly #telemetry: Telemetry;
  readonly #observer: RunObserver;
  #inUse: SecretInfo | undefined;

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
      inUse: this.#inUse,
      breaker: this.#breaker.state.state,
      waiters: this.gate.waiters,
      nowMs: clock.nowMs(),
    }));
    this.#refused = new RefusedSecrets(random);
    this.#breaker = new ApplicationBreaker(breaker, {
      clock,
      random,
      onTransition: (state) => this.#onTransition(state),
    });
    this.#backoff = new SharedBackoff(breaker.customersToOpen, random);
    this.gate = new CallGate({ breaker: this.#breaker, limits, clock });
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
      onAttempt: (operation, secret, failure, durationMs) => {
        if (failure === undefined) {
          this.#inUse = secret.info;
        }
        this.#telemetry.tokenRequest(operation.grantType, failure, durationMs);
      },
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
      inUse: this.#inUse,
      breaker: this.#breaker.state.state,
      waiters: this.gate.waiters,
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
    this.gate.closed.throwIfAborted();
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
    const { signal: stop, subject, tenant, grantType = "client_credentials" } = options;
    const classify =
      options.classify ??
      ((error: unknown) => recognizeTokenError(error, { grantType, nowMs: this.clock.nowMs() }));
    const work = this.run<T>({
      grantType,
      subject,
      tenant,
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
    return this.gate.waiting(work, stop);
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
    if (!this.gate.closed.aborted) {
      this.gate.close();
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
  run<T>(operation: Operation<T>): Promise<T> {
    const readsAtStart = this.#cache.readsBegun;
    return this.gate.enter(operation, (entry) =>
      runWithSecret(operation, {
        ...entry,
        cache: this.#cache,
        refused: this.#refused,
        backoff: this.#backoff,
        gate: this.gate,
        limits: this.limits,
        clock: this.clock,
        random: this.random,
        observer: this.#observer,
        readsAtStart,
      }),
    );
  }

  toJSON(): RotatingSecretStatus {
    return this.status;
  }

  [inspect.custom](): RotatingSecretStatus {
    return this.status;
  }

  #onTransition(state: BreakerState): void {
    this.#backoff.wake(); // Who waits for its turn need not any more.
    this.#telemetry.event({
      type: "breaker-changed",
      state: state.state,
      message: state.state === "open" ? state.error?.message : undefined,
      probeInMs: state.state === "open" ? state.probeInMs : undefined,
    });
  }
}
