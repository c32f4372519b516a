/** What bounds one call, and all calls together. */
export interface Limits {
  /** Token requests of one call, all secrets together. Default 5. */
  readonly maxAttempts: number;
  /** Time of one call, queueing and waiting included; milliseconds, default 30,000. */
  readonly maxElapsedMs: number;
  /** Time of one token request; milliseconds, default 10,000. */
  readonly requestTimeoutMs: number;
  /** Time of one read of the secret source; milliseconds, default 10,000. */
  readonly readTimeoutMs: number;
  /** Token requests under way at once. Default 32. */
  readonly maxConcurrentRequests: number;
  /** Callers that wait at once; one more is refused. Default 50,000. */
  readonly maxWaiters: number;
}

export const defaultLimits: Limits = {
  maxAttempts: 5,
  maxElapsedMs: 30_000,
  requestTimeoutMs: 10_000,
  readTimeoutMs: 10_000,
  maxConcurrentRequests: 32,
  maxWaiters: 50_000,
};
