import { abortable, delay, linkSignals, timeLimited } from "./abort.ts";
import type { Random } from "./backoff.ts";
import type { ClientSecret } from "./client-secret.ts";
import type { Clock } from "./clock.ts";
import { ClosedError, SecretReadError } from "./errors.ts";
import { refreshDelayMs } from "./refresh-schedule.ts";
import type { SecretSource } from "./sources/secret-source.ts";

export interface SecretCacheOptions {
  readonly source: SecretSource;
  readonly clock: Clock;
  readonly random: Random;
  /** The usual time between background reads, in milliseconds. */
  readonly refreshIntervalMs: number;
  /** Time for one read, in milliseconds. */
  readonly readTimeoutMs: number;
  /** Whether a secret is known to be refused: only then may an older one take its place. */
  isRefused(secret: ClientSecret): boolean;
  /** A read ended. */
  onRead(error: SecretReadError | undefined): void;
  /** The current secret is another one than before. */
  onChanged(secret: ClientSecret, before: ClientSecret | undefined): void;
}

/** How long a failed read of the previous secret answers for the next ones, in milliseconds. */
const previousFailureMs = 5_000;

interface Previous {
  /** The version of the secret that it is the previous one of. */
  readonly of: string;
  readonly secret: Promise<ClientSecret | undefined>;
  /** Monotonic time from which it is read anew. */
  untilMs: number;
}

/**
 * Holds the current secret and, on need, the one before; reads the source in the background, one read at a time
 * however many callers. A failing source takes nothing away: what is held stays.
 */
export class SecretCache {
  readonly #options: SecretCacheOptions;
  readonly #closed = new AbortController();
  #current: ClientSecret | undefined;
  #superseded: ClientSecret | undefined;
  #previous: Previous | undefined;
  #reading: Promise<ClientSecret> | undefined;
  #readsBegun = 0;
  /** `#readsBegun` when the source last told of a change. */
  #changedAfter: number | undefined;
  /** Monotonic time of the next read in the background. */
  #nextReadMs = 0;
  #readEndedMs = Number.NEGATIVE_INFINITY;
  /** Why the last finished read failed, if it did. */
  #failure: SecretReadError | undefined;
  #failures = 0;
  /** By version; holds the two secrets that may be in use. */
  #firstSeenMs: ReadonlyMap<string, number> = new Map();
  #cancelTimer: (() => void) | undefined;
  #stopWatching: (() => void) | undefined;

  constructor(options: SecretCacheOptions) {
    this.#options = options;
  }

  /** The secret at hand, if one was ever read. */
  get current(): ClientSecret | undefined {
    return this.#current;
  }

  /**
   * The secret at hand, read first if there is none. While the source fails, all callers share its schedule of
   * retries, and each waits for at most `leftMs`, for one read alone if it may not wait.
   *
   * @throws SecretReadError
   */
  async load(leftMs: number, signal?: AbortSignal, mayWait = true): Promise<ClientSecret> {
    if (this.#current !== undefined) {
      return this.#current;
    }
    const link = linkSignals([signal, this.#closed.signal]);
    try {
      return await this.#loadFirst(this.#options.clock.monotonicMs() + leftMs, mayWait, link.signal);
    } finally {
      link.unlink();
    }
  }

  async #loadFirst(deadlineMs: number, mayWait: boolean, signal: AbortSignal): Promise<ClientSecret> {
    const { clock, source } = this.#options;
    const onTimeout = () =>
      this.#failure ?? new SecretReadError(source.description, "unavailable", { code: "timeout" });
    while (this.#current === undefined) {
      signal.throwIfAborted();
      const nowMs = clock.monotonicMs();
      if (nowMs >= deadlineMs) {
        throw onTimeout();
      }
      if (this.#failure !== undefined && this.#reading === undefined && nowMs < this.#nextReadMs) {
        if (!this.#failure.isTransient || !mayWait || this.#nextReadMs > deadlineMs) {
          throw this.#failure;
        }
        await delay(clock, this.#nextReadMs - nowMs, signal);
      } else {
        await timeLimited(this.#read(), clock, deadlineMs - nowMs, signal, onTimeout).catch(
          (error: unknown) => {
            signal.throwIfAborted();
            if (!(error instanceof SecretReadError) || !error.isTransient) {
              throw error;
            }
          },
        );
      }
    }
    return this.#current;
  }

  /** Monotonic time at which the last read ended, in milliseconds. */
  get readEndedMs(): number {
    return this.#readEndedMs;
  }

  /** How many reads have begun so far: a moment, for {@link loadSince}. */
  get readsBegun(): number {
    return this.#readsBegun;
  }

  /**
   * Waits for a read that began after `readsBegun` had the given value, so that many callers that were refused
   * together cost one read.
   *
   * @throws SecretReadError
   */
  async loadSince(readsBegun: number): Promise<void> {
    while (this.#readsBegun <= readsBegun && this.#reading !== undefined) {
      await this.#reading.catch(() => {}); // It began too early.
    }
    if (this.#readsBegun <= readsBegun || this.#reading !== undefined) {
      await this.#read();
    } else if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  /**
   * The secret that was current before and may still work, read once for all who ask.
   *
   * @throws SecretReadError
   */
  async previous(): Promise<ClientSecret | undefined> {
    const current = this.#current;
    if (current === undefined) {
      return undefined;
    }
    const { keyId, previousKeyId, version } = current.info;
    if (keyId !== undefined && previousKeyId === undefined) {
      return undefined; // The source describes its secrets and names none: it has been removed.
    }
    const superseded = this.#superseded;
    if (superseded !== undefined && (keyId === undefined || superseded.info.keyId === previousKeyId)) {
      return superseded;
    }
    const { clock, source } = this.#options;
    if (this.#previous?.of !== version || clock.monotonicMs() >= this.#previous.untilMs) {
      const secret = this.#bounded((signal) => source.readPrevious?.(current, { signal }));
      const previous: Previous = { of: version, secret, untilMs: Number.POSITIVE_INFINITY };
      this.#previous = previous;
      secret.catch(() => {
        previous.untilMs = clock.monotonicMs() + previousFailureMs;
      });
    }
    return this.#previous.secret;
  }

  /** When this process first held the secret, milliseconds since 1970. */
  firstSeenMs(secret: ClientSecret): number {
    return this.#firstSeenMs.get(secret.info.version) ?? 0;
  }

  /** Stops reading, and forgets the secrets. */
  close(): void {
    this.#closed.abort(new ClosedError());
    this.#cancelTimer?.();
    this.#stopWatching?.();
    this.#current = undefined;
    this.#superseded = undefined;
    this.#previous = undefined;
  }

  #read(): Promise<ClientSecret> {
    if (this.#reading === undefined) {
      this.#readsBegun++;
      this.#reading = this.#readOnce().finally(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  async #readOnce(): Promise<ClientSecret> {
    this.#closed.signal.throwIfAborted();
    this.#stopWatching ??= this.#options.source.watch?.(() => this.#readChange());
    this.#cancelTimer?.();
    try {
      const secret = await this.#bounded((signal) => this.#options.source.readCurrent({ signal }));
      this.#failure = undefined;
      this.#failures = 0;
      this.#accept(secret);
      return this.#current ?? secret;
    } catch (error) {
      this.#closed.signal.throwIfAborted();
      this.#failure = this.#asReadError(error);
      this.#failures++;
      throw this.#failure;
    } finally {
      this.#readEndedMs = this.#options.clock.monotonicMs();
      if (!this.#closed.signal.aborted) {
        this.#schedule();
        this.#options.onRead(this.#failure);
      }
    }
  }

  #accept(secret: ClientSecret): void {
    this.#closed.signal.throwIfAborted();
    const before = this.#current;
    if (before !== undefined) {
      const older = (secret.info.publishedAtMs ?? 0) < (before.info.publishedAtMs ?? 0);
      if (older && secret.info.version !== before.info.version && !this.#options.isRefused(before)) {
        return; // A replica of the source that lags behind.
      }
    }
    this.#current = secret;
    if (before === undefined || before.info.version !== secret.info.version) {
      if (before !== undefined && !before.hasSameValueAs(secret)) {
        this.#superseded = before;
      }
      const seen = [...this.#firstSeenMs].slice(-1);
      this.#firstSeenMs = new Map([...seen, [secret.info.version, this.#options.clock.nowMs()]]);
      this.#options.onChanged(secret, before);
    }
  }

  /** Runs a read of the source under the time limit. */
  async #bounded<T>(read: (signal: AbortSignal) => Promise<T> | undefined): Promise<T> {
    const { clock, readTimeoutMs, source } = this.#options;
    const abort = new AbortController();
    const onClose = () => abort.abort(this.#closed.signal.reason);
    this.#closed.signal.addEventListener("abort", onClose, { once: true });
    const cancelTimer = clock.setTimer(
      () => abort.abort(new SecretReadError(source.description, "unavailable", { code: "timeout" })),
      readTimeoutMs,
    );
    try {
      return await abortable(Promise.resolve(read(abort.signal)) as Promise<T>, abort.signal);
    } finally {
      cancelTimer();
      this.#closed.signal.removeEventListener("abort", onClose);
    }
  }

  /** A read under way may have seen what was before the change: another one must follow it. */
  #readChange(): void {
    // One that is to follow already will see this change, too.
    if (!this.#closed.signal.aborted && this.#changedAfter !== this.#readsBegun) {
      this.#changedAfter = this.#readsBegun;
      this.loadSince(this.#readsBegun).catch(() => {}); // As below.
    }
  }

  #readInBackground(): void {
    if (!this.#closed.signal.aborted) {
      this.#read().catch(() => {}); // Reported by `onRead`; the next read is scheduled.
    }
  }

  #schedule(): void {
    const { clock, random, refreshIntervalMs } = this.#options;
    const delayMs = refreshDelayMs(
      {
        intervalMs: refreshIntervalMs,
        expiresAtMs: this.#current?.info.expiresAtMs,
        nowMs: clock.nowMs(),
        failures: this.#failures,
        retryAfterMs: this.#failure?.retryAfterMs,
      },
      random,
    );
    this.#nextReadMs = clock.monotonicMs() + delayMs;
    this.#cancelTimer = clock.setTimer(() => this.#readInBackground(), delayMs, { background: true });
  }

  #asReadError(error: unknown): SecretReadError {
    return error instanceof SecretReadError
      ? error
      : new SecretReadError(this.#options.source.description, "unavailable");
  }
}
