import type { MeterProvider } from "@opentelemetry/api";
import type { Random } from "./backoff.ts";
import { type BreakerOptions, defaultBreakerOptions } from "./breaker.ts";
import { OptionsCheck } from "./check-options.ts";
import type { Clock } from "./clock.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { SecretSource } from "./sources/secret-source.ts";

export interface RotatingSecretOptions {
  /** The credential's name, for metrics and events: 1 to 127 letters, digits and hyphens. */
  readonly credential: string;
  readonly source: SecretSource;
  /**
   * Usual time between background reads of the source, give or take a fifth; milliseconds, default 600,000 (10
   * minutes), from 1,000 to 86,400,000. Must be far below the overlap in which the previous secret still works.
   */
  readonly refreshIntervalMs?: number;
  readonly limits?: Partial<Limits>;
  readonly breaker?: Partial<BreakerOptions>;
  /** Default: the global one, as it is registered when the secret is constructed. */
  readonly meterProvider?: MeterProvider;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}

/** Lays the limits over the defaults. @throws ConfigurationError naming every option that cannot be used. */
export function checkedOptions(options: RotatingSecretOptions): { limits: Limits; breaker: BreakerOptions } {
  const limits = { ...defaultLimits, ...options.limits };
  const breaker = { ...defaultBreakerOptions, ...options.breaker };
  const hourMs = 3_600_000;
  new OptionsCheck("Options of RotatingSecret")
    .text("credential", options.credential, /^[0-9A-Za-z-]{1,127}$/, "1 to 127 letters, digits and hyphens")
    .require("source", options.source, typeof options.source?.readCurrent === "function", "a secret source")
    .number("refreshIntervalMs", options.refreshIntervalMs, 1_000, 24 * hourMs)
    .integer("limits.maxAttempts", limits.maxAttempts, 1, 20)
    .number("limits.maxElapsedMs", limits.maxElapsedMs, 100, hourMs)
    .number("limits.requestTimeoutMs", limits.requestTimeoutMs, 100, hourMs)
    .number("limits.readTimeoutMs", limits.readTimeoutMs, 100, hourMs)
    .integer("limits.maxConcurrentRequests", limits.maxConcurrentRequests, 1, 10_000)
    .integer("limits.maxWaiters", limits.maxWaiters, 1, 10_000_000)
    .number("breaker.firstProbeMs", breaker.firstProbeMs, 100, hourMs)
    .number("breaker.longestProbeMs", breaker.longestProbeMs, breaker.firstProbeMs, hourMs)
    .integer("breaker.customersToOpen", breaker.customersToOpen, 1, 1_000)
    .done();
  return { limits, breaker };
}
