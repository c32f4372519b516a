import type { Clock } from "./clock.ts";

/** The part of `AbortSignal` that is used: Azure's SDKs promise no more of theirs. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** @throws the signal's reason if it is aborted, or an `AbortError` if it has none. */
export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) {
    throw reasonOf(signal);
  }
}

/** The listeners of one signal. */
class AbortListeners {
  readonly #listeners = new Set<() => void>();
  readonly #signal: AbortSignalLike;

  constructor(signal: AbortSignalLike) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  add(listener: () => void): void {
    this.#listeners.add(listener);
  }

  remove(listener: () => void): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
      this.#signal.removeEventListener("abort", this.#onAbort);
      listenersOf.delete(this.#signal);
    }
  }

  readonly #onAbort = (): void => {
    listenersOf.delete(this.#signal);
    for (const listener of this.#listeners) {
      listener();
    }
  };
}

const listenersOf = new WeakMap<AbortSignalLike, AbortListeners>();

/**
 * Calls `listener` when the signal, which is not aborted yet, is aborted; returns how to stop that. However many
 * listen, the signal itself has one listener, and none when nobody listens any more: Node.js looks through all of a
 * signal's listeners whenever one is added, which for ten thousand callers takes many seconds.
 */
export function listenForAbort(signal: AbortSignalLike, listener: () => void): () => void {
  const listeners = listenersOf.get(signal) ?? new AbortListeners(signal);
  listenersOf.set(signal, listeners);
  listeners.add(listener);
  return () => listeners.remove(listener);
}

/**
 * The promise, unless `signal` is aborted first: then a rejection with the signal's reason. What the promise
 * stands for goes on; only this caller stops waiting. Leaves no listener behind.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) {
    return promise;
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(reasonOf(signal));
    if (signal.aborted) {
      promise.catch(() => {});
      onAbort();
      return;
    }
    const stopListening = listenForAbort(signal, onAbort);
    promise.then(resolve, reject).finally(stopListening);
  });
}

/** Calls `listener` when something happens; returns how to stop that. */
export type Subscribe = (listener: () => void) => () => void;

/**
 * Waits, until `wake` calls its listener if that comes first.
 *
 * @throws the reason of `signal` as soon as it is aborted.
 */
export function delay(
  clock: Clock,
  delayMs: number,
  signal?: AbortSignalLike,
  wake?: Subscribe,
): Promise<void> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const end = () => {
      cancelTimer();
      stopWaking?.();
      stopListening?.();
    };
    const onAbort = () => {
      end();
      reject(signal === undefined ? undefined : reasonOf(signal));
    };
    const onTime = () => {
      end();
      resolve();
    };
    const cancelTimer = clock.setTimer(onTime, delayMs);
    const stopWaking = wake?.(onTime);
    const stopListening = signal === undefined ? undefined : listenForAbort(signal, onAbort);
  });
}

/**
 * As {@link abortable}, but for at most `limitMs`; what the promise stands for goes on.
 *
 * @throws what `onTimeout` returns, when the time is over.
 */
export async function timeLimited<T>(
  promise: Promise<T>,
  clock: Clock,
  limitMs: number,
  signal: AbortSignalLike | undefined,
  onTimeout: () => Error,
): Promise<T> {
  let cancelTimer = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancelTimer = clock.setTimer(() => reject(onTimeout()), limitMs);
  });
  try {
    return await abortable(Promise.race([promise, timeout]), signal);
  } finally {
    cancelTimer();
  }
}

/** A signal that is aborted with the first of several; `unlink` leaves no listener behind on them. */
export function linkSignals(signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  unlink(): void;
} {
  // `AbortSignal.any` would stay tied to a signal that lives as long as the process.
  const controller = new AbortController();
  const links = signals.flatMap((signal) => {
    if (signal === undefined) {
      return [];
    }
    const onAbort = () => controller.abort(signal.reason);
    if (signal.aborted) {
      onAbort();
      return [];
    }
    return [listenForAbort(signal, onAbort)];
  });
  const unlink = () => {
    for (const end of links) {
      end();
    }
  };
  return { signal: controller.signal, unlink };
}

function reasonOf(signal: AbortSignalLike): unknown {
  return signal.reason ?? new DOMException("The operation was aborted.", "AbortError");
}
