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
    const done = () => signal.removeEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(done);
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener("abort", onAbort, { once: true });
    }
  });
}

/**
 * Waits.
 *
 * @throws the reason of `signal` as soon as it is aborted.
 */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignalLike): Promise<void> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const onAbort = () => {
      cancel();
      reject(signal === undefined ? undefined : reasonOf(signal));
    };
    const cancel = clock.setTimer(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function reasonOf(signal: AbortSignalLike): unknown {
  return signal.reason ?? new DOMException("The operation was aborted.", "AbortError");
}
