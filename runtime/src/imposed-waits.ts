import type { TokenFailure } from "./classify-token-error.ts";

/** Customers remembered; the one that was told to wait first is forgotten first. */
const mostSubjects = 10_000;

/** A wait that the directory asked for and that is not over. */
export interface ImposedWait {
  readonly failure: TokenFailure;
  /** In milliseconds. */
  readonly leftMs: number;
}

interface Imposed {
  readonly failure: TokenFailure;
  /** Monotonic time. */
  readonly untilMs: number;
}

/** Remembers for whom the directory sent `Retry-After`, so that nobody asks again for them before. */
export class ImposedWaits {
  readonly #bySubject = new Map<string, Imposed>();

  /** Takes note of a failure, if it imposes a wait. `subject` is undefined for the application itself. */
  note(subject: string | undefined, failure: TokenFailure, nowMs: number): void {
    const waitMs = "retryAfterMs" in failure ? (failure.retryAfterMs ?? 0) : 0;
    if (waitMs > 0) {
      const key = subject ?? "";
      this.#bySubject.delete(key);
      this.#bySubject.set(key, { failure, untilMs: nowMs + waitMs });
      const [oldest] = this.#bySubject.keys();
      if (this.#bySubject.size > mostSubjects && oldest !== undefined) {
        this.#bySubject.delete(oldest);
      }
    }
  }

  /** The wait that stands, if any. */
  standing(subject: string | undefined, nowMs: number): ImposedWait | undefined {
    const key = subject ?? "";
    const imposed = this.#bySubject.get(key);
    if (imposed === undefined) {
      return undefined;
    }
    const leftMs = imposed.untilMs - nowMs;
    if (leftMs <= 0) {
      this.#bySubject.delete(key);
      return undefined;
    }
    const { failure } = imposed;
    return {
      leftMs,
      failure:
        failure.kind === "throttled" || failure.kind === "transient"
          ? { ...failure, retryAfterMs: Math.ceil(leftMs) }
          : failure,
    };
  }
}
