import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  type FailureReason,
  handleWhen,
  type IBackoff,
  type IHalfOpenAfterBackoffContext,
} from "cockatiel";
import { listenForAbort } from "./abort.ts";
import { halfJitterDelayMs, type Random } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { BreakerOpenError, SecretReadError, TokenRequestError } from "./errors.ts";
import { type Customer, FailingCustomers } from "./failing-customers.ts";
import { judge, mayBeSecret, type Verdict } from "./judge-call.ts";

export interface BreakerOptions {
  /** Longest time until the first probe after opening, half of it at least; milliseconds, default 5,000. Doubles with each failed probe. */
  readonly firstProbeMs: number;
  /** Longest time between probes, half of it at least; milliseconds, default 60,000. */
  readonly longestProbeMs: number;
  /**
   * Different customers, of as many tenants, that must fail in a row before their trouble counts as the application's.
   * Default 3.
   */
  readonly customersToOpen: number;
}

export const defaultBreakerOptions: BreakerOptions = {
  firstProbeMs: 5_000,
  longestProbeMs: 60_000,
  customersToOpen: 3,
};

/** After the directory spoke of a loop: no probe sooner, in milliseconds. */
const loopPauseMs = 60_000;

export type BreakerState =
  | { readonly state: "closed" }
  | {
      readonly state: "open";
      /** Why. */
      readonly error: Error | undefined;
      /** Time until a probe is allowed, in milliseconds. */
      readonly probeInMs: number;
    }
  | {
      /** One call is under way; its outcome closes or opens the breaker. */
      readonly state: "half-open";
    };

/** Carries a failed call, and what it means, through the policy. */
class JudgedError extends Error {
  readonly error: unknown;
  readonly verdict: Verdict;
  readonly customer: Customer;
  readonly isProbe: boolean;

  constructor(error: unknown, verdict: Verdict, customer: Customer, isProbe: boolean) {
    super();
    this.error = error;
    this.verdict = verdict;
    this.customer = customer;
    this.isProbe = isProbe;
  }
}

export interface BreakerDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Called after each transition. */
  onTransition(state: BreakerState): void;
}

/**
 * The circuit breaker of one application: cockatiel's, told the time by a monotonic clock (by the wall clock it
 * would stay open for as long as that clock is set back) and told by {@link judge} what a failure means.
 */
export class ApplicationBreaker {
  readonly #options: BreakerOptions;
  readonly #dependencies: BreakerDependencies;
  readonly #policy: CircuitBreakerPolicy;
  readonly #failing: FailingCustomers;
  /** Monotonic time from which a probe is allowed. */
  #probeAtMs = 0;
  readonly #waiters = new Set<() => void>();

  constructor(options: BreakerOptions, dependencies: BreakerDependencies) {
    this.#options = options;
    this.#failing = new FailingCustomers(options.customersToOpen);
    this.#dependencies = dependencies;
    this.#policy = circuitBreaker(
      handleWhen((error) => error instanceof JudgedError && isFailure(error)),
      {
        halfOpenAfter: { next: (context) => this.#openFor(context) },
        breaker: {
          state: undefined,
          success: () => this.#failing.clear(),
          failure: () => this.#opensOn(this.#policy.lastFailure),
        },
      },
    );
    this.#policy.onStateChange(() => {
      if (!this.refuses) {
        this.#wake();
      }
      this.#dependencies.onTransition(this.state);
    });
  }

  get state(): BreakerState {
    switch (this.#policy.state) {
      case CircuitState.Open:
        return { state: "open", error: errorIn(this.#policy.lastFailure), probeInMs: this.#probeInMs() };
      case CircuitState.HalfOpen:
        return { state: "half-open" };
      default:
        return { state: "closed" };
    }
  }

  /** Whether a call would be refused at once. */
  get refuses(): boolean {
    return this.#policy.state === CircuitState.Open && this.#probeInMs() > 0;
  }

  /**
   * Runs `call` if the breaker is closed, or as its one probe. Callers that come during a probe wait for it.
   *
   * @throws BreakerOpenError, or what `call` throws.
   */
  async execute<T>(
    call: (isProbe: boolean) => Promise<T>,
    caller: Customer & { readonly signal?: AbortSignal | undefined },
  ): Promise<T> {
    this.#failing.meet(caller);
    try {
      return await this.#policy.execute(async () => {
        const isProbe = this.#policy.state !== CircuitState.Closed;
        try {
          return await call(isProbe);
        } catch (error) {
          const verdict = judge(error, {
            subject: caller.subject,
            cancelled: caller.signal?.aborted === true,
          });
          if (verdict === "accepted") {
            this.#failing.clear();
          }
          throw new JudgedError(error, verdict, caller, isProbe);
        }
      });
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        throw new BreakerOpenError(this.#probeInMs(), errorIn(this.#policy.lastFailure));
      }
      throw error instanceof JudgedError ? error.error : error;
    }
  }

  /** Lets the next call probe at once, if it may be the secret that was wrong: there is a new one. */
  secretChanged(): void {
    if (mayBeSecret(errorIn(this.#policy.lastFailure))) {
      this.allowProbe();
    }
  }

  /** Lets the next call probe at once. */
  allowProbe(): void {
    this.#probeAtMs = this.#dependencies.clock.monotonicMs();
    this.#wake();
  }

  /**
   * Resolves when a call would not be refused at once: the breaker is closed, or due for a probe.
   *
   * @throws the reason of `signal`, if that is aborted.
   */
  async whenCallable(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    while (this.refuses) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          cancelTimer();
          this.#waiters.delete(wake);
          stopListening?.();
          resolve();
        };
        const cancelTimer = this.#dependencies.clock.setTimer(wake, this.#probeInMs());
        this.#waiters.add(wake);
        const stopListening = signal === undefined ? undefined : listenForAbort(signal, wake);
      });
      signal?.throwIfAborted();
    }
  }

  /** Ends every wait. */
  close(): void {
    this.allowProbe();
  }

  #probeInMs(): number {
    return Math.max(0, this.#probeAtMs - this.#dependencies.clock.monotonicMs());
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) {
      wake();
    }
  }

  #opensOn(failure: FailureReason<unknown> | undefined): boolean {
    const judged = judgedIn(failure);
    if (judged?.isProbe === false && this.#policy.state !== CircuitState.Closed) {
      return false; // From before the breaker opened: a probe has the word now.
    }
    return judged === undefined || judged.verdict === "opens" || this.#failing.add(judged.customer);
  }

  /** How long the breaker stays open, in the form cockatiel asks for it. */
  #openFor({ attempt, result }: IHalfOpenAfterBackoffContext): IBackoff<IHalfOpenAfterBackoffContext> {
    const { clock, random } = this.#dependencies;
    const { firstProbeMs: firstMs, longestProbeMs: longestMs } = this.#options;
    const pauseMs = halfJitterDelayMs(attempt - 1, { firstMs, longestMs }, random);
    this.#probeAtMs = clock.monotonicMs() + Math.max(pauseMs, leastPauseMs(judgedIn(result)?.error));
    const probeIsDue = () => this.#probeInMs() <= 0;
    return {
      // Compared with a difference of wall-clock times; an infinity makes the answer independent of those.
      get duration() {
        return probeIsDue() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next: (context) => this.#openFor(context),
    };
  }
}

function isFailure({ verdict, isProbe }: JudgedError): boolean {
  switch (verdict) {
    case "opens":
    case "counts":
      return true;
    case "counts-unless-probe":
      return !isProbe;
    case "proves-nothing":
      return isProbe; // The breaker must not close.
    case "accepted":
    case "unrelated":
      return false;
  }
}

function leastPauseMs(error: unknown): number {
  if (error instanceof SecretReadError) {
    return error.retryAfterMs ?? 0;
  }
  if (!(error instanceof TokenRequestError)) {
    return 0;
  }
  switch (error.failure.kind) {
    case "loop":
      return loopPauseMs;
    case "throttled":
    case "transient":
      return error.failure.retryAfterMs ?? 0;
    default:
      return 0;
  }
}

function judgedIn(reason: FailureReason<unknown> | undefined): JudgedError | undefined {
  return reason !== undefined && "error" in reason && reason.error instanceof JudgedError
    ? reason.error
    : undefined;
}

function errorIn(reason: FailureReason<unknown> | undefined): Error | undefined {
  const error = judgedIn(reason)?.error;
  return error instanceof Error ? error : undefined;
}
