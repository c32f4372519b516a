import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from "cockatiel";
import { type AbortSignalLike, abortable, delay, linkSignals } from "./abort.ts";
import type { ApplicationBreaker } from "./breaker.ts";
import type { Clock } from "./clock.ts";
import { BreakerOpenError, ClosedError, TokenRequestError, TooManyWaitersError } from "./errors.ts";
import type { Customer } from "./failing-customers.ts";
import { ImposedWaits } from "./imposed-waits.ts";
import type { Limits } from "./limits.ts";
import { timerInaccuracyMs } from "./next-step.ts";

/** Who wants in. */
export interface Entrant extends Customer {
  /** Aborted when nobody waits any more: what has not begun is then not begun. */
  readonly stop?: AbortSignal | undefined;
  /** Monotonic time at which the caller came, if that was earlier than now. */
  readonly startedMs?: number | undefined;
}

/** What a call that was let in is told. */
export interface Entry {
  /** The entrant's `stop`, or `closed`. */
  readonly stop: AbortSignal;
  /** Aborted when everything is closed. */
  readonly closed: AbortSignal;
  /** Monotonic time at which the call came in. */
  readonly startedMs: number;
  /** A breaker's probe: neither waits nor repeats. */
  readonly isProbe: boolean;
}

export interface CallGateDependencies {
  readonly breaker: ApplicationBreaker;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** What every call to the directory passes: waits it was told to keep, the bulkhead, the circuit breaker; until closed. */
export class CallGate {
  readonly imposed = new ImposedWaits();
  readonly #breaker: ApplicationBreaker;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #bulkhead: BulkheadPolicy;
  readonly #closed = new AbortController();
  #waiters = 0;

  constructor({ breaker, limits, clock }: CallGateDependencies) {
    this.#breaker = breaker;
    this.#limits = limits;
    this.#clock = clock;
    this.#bulkhead = bulkhead(limits.maxConcurrentRequests, limits.maxWaiters);
  }

  /** Callers that wait. */
  get waiters(): number {
    return this.#waiters;
  }

  /** Aborted with `ClosedError` when everything is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Ends every call, under way or later, with `ClosedError`. */
  close(): void {
    this.#closed.abort(new ClosedError());
  }

  /** @throws BreakerOpenError if the breaker refuses calls now. */
  throwIfOpen(): void {
    const { state } = this.#breaker;
    if (state.state === "open" && state.probeInMs > 0) {
      throw new BreakerOpenError(state.probeInMs, state.error);
    }
  }

  /**
   * Lets a call in when its turn has come.
   *
   * @throws BreakerOpenError, TooManyWaitersError, TokenRequestError if a wait was imposed that is longer than the
   * call's time, ClosedError, the reason of `stop`, or what `call` throws.
   */
  enter<T>(entrant: Entrant, call: (entry: Entry) => Promise<T>): Promise<T> {
    return this.#queue(entrant, ({ stop, startedMs }) =>
      this.#breaker.execute((isProbe) => call({ stop, closed: this.closed, startedMs, isProbe }), {
        ...entrant,
        signal: stop,
      }),
    );
  }

  /**
   * As {@link enter}, for a call that needs no secret: its success says nothing of the secret, so the breaker does not
   * take it for a probe.
   */
  enterWithoutProbe<T>(entrant: Entrant, call: (entry: Entry) => Promise<T>): Promise<T> {
    return this.#breaker.state.state === "closed"
      ? this.enter(entrant, call)
      : this.#queue(entrant, ({ stop, startedMs }) =>
          call({ stop, closed: this.closed, startedMs, isProbe: false }),
        );
  }

  async #queue<T>(
    entrant: Entrant,
    call: (entry: { readonly stop: AbortSignal; readonly startedMs: number }) => Promise<T>,
  ): Promise<T> {
    entrant.stop?.throwIfAborted();
    this.closed.throwIfAborted();
    this.throwIfOpen(); // Without queueing first.
    const startedMs = entrant.startedMs ?? this.#clock.monotonicMs();
    const { signal: stop, unlink } = linkSignals([entrant.stop, this.closed]);
    try {
      await this.#imposedWait(entrant.subject, startedMs, stop);
      // The bulkhead is not told of `stop`: it would drop a call, and with it the turn of the one behind.
      return await this.#bulkhead.execute(async () => {
        stop.throwIfAborted();
        await this.#imposedWait(entrant.subject, startedMs, stop); // It may have been told while this one queued.
        return call({ stop, startedMs });
      });
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new TooManyWaitersError(this.#limits.maxWaiters) : error;
    } finally {
      unlink();
    }
  }

  /** Waits for something that others may wait for too, as one of the callers that `maxWaiters` bounds. */
  async waiting<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
    if (this.#waiters >= this.#limits.maxWaiters) {
      promise.catch(() => {});
      throw new TooManyWaitersError(this.#limits.maxWaiters);
    }
    this.#waiters++;
    try {
      return await abortable(abortable(promise, this.closed), signal);
    } finally {
      this.#waiters--;
    }
  }

  /** Waits as long as the directory told this customer to, or the application; before it costs the breaker anything. */
  async #imposedWait(subject: string | undefined, startedMs: number, stop: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const imposed = this.imposed.standing(subject, nowMs);
    if (imposed !== undefined) {
      if (imposed.leftMs >= startedMs + this.#limits.maxElapsedMs - nowMs) {
        throw new TokenRequestError(imposed.failure, 0, undefined);
      }
      await delay(this.#clock, imposed.leftMs + timerInaccuracyMs, stop);
    }
  }
}
