import type { RetryStrategy } from "@azure/core-rest-pipeline";

/** How often a request is sent again before its failure counts. */
export const MAX_RETRIES = 7;

export interface RetryTiming {
  /** The first pause; it doubles each time. Default 500 ms. */
  baseDelayMs?: number;
  /** The longest pause of our own choice. Default 30 s. */
  maxDelayMs?: number;
  /** A server that wants a longer pause than this is given up on. Default 5 min. */
  maxServerDelayMs?: number;
}

/** Worth another try: timed out, throttled, or a server's own trouble. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Decides whether and when a request is sent again: after what the server asks for (`Retry-After`,
 * https://learn.microsoft.com/graph/throttling), else after a random part of a pause that doubles.
 * @param random a number from 0 to 1, as `Math.random` gives it.
 * @param nowMs for a `Retry-After` that is a date.
 */
export function graphRetryStrategy(
  random: () => number,
  nowMs: () => number,
  timing: RetryTiming = {},
): RetryStrategy {
  const { maxServerDelayMs = 300_000 } = timing;
  return {
    name: "graphRetryStrategy",
    retry({ retryCount, response, responseError }) {
      const status = response?.status ?? responseError?.statusCode;
      if (status !== undefined && !TRANSIENT.has(status)) return { skipStrategy: true };
      const wanted = response === undefined ? undefined : retryAfterMs(response.headers, nowMs());
      if (wanted !== undefined) {
        return wanted > maxServerDelayMs ? { skipStrategy: true } : { retryAfterInMs: wanted };
      }
      return { retryAfterInMs: backoffMs(retryCount, random, timing) };
    },
  };
}

/** A random part of a pause that doubles. */
export function backoffMs(
  retryCount: number,
  random: () => number,
  { baseDelayMs = 500, maxDelayMs = 30_000 }: RetryTiming = {},
): number {
  const ceilingMs = Math.min(maxDelayMs, baseDelayMs * 2 ** retryCount);
  return Math.ceil(ceilingMs * (0.5 + random() / 2));
}

/** The pause that a response asks for, or undefined. RFC 9110, section 10.2.3: seconds or a date. */
export function retryAfterMs(
  headers: { get(name: string): string | undefined },
  nowMs: number,
): number | undefined {
  const ms = headers.get("retry-after-ms") ?? headers.get("x-ms-retry-after-ms");
  if (ms !== undefined && /^\d{1,9}$/.test(ms)) return Number(ms);
  const text = headers.get("retry-after");
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
