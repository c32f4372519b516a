import { type BackoffRange, halfJitterDelayMs, type Random, spreadMs } from "./backoff.ts";

/** Waits between failed reads; Key Vault's guidance is 1, 2, 4, 8, 16 s (https://learn.microsoft.com/azure/key-vault/general/overview-throttling). */
const afterFailures: BackoffRange = { firstMs: 1_000, longestMs: 60_000 };

/** However close the end is, no read more often than this, in milliseconds. */
const shortestIntervalMs = 60_000;

/** Spreads the reads of many processes over time. */
const spread = 0.2;

export interface RefreshSituation {
  /** The usual time between reads, in milliseconds. */
  readonly intervalMs: number;
  /** When the secret ends, milliseconds since 1970, if known. */
  readonly expiresAtMs: number | undefined;
  readonly nowMs: number;
  /** Reads that failed in a row. */
  readonly failures: number;
  /** What the last failed read was asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Time until the secret is read again in the background, in milliseconds. Pure.
 *
 * A quarter of what is left of the secret at most: as its end comes near without a successor, reads become
 * more frequent, so that a late rotation is still noticed in time.
 */
export function refreshDelayMs(situation: RefreshSituation, random: Random): number {
  const { intervalMs, expiresAtMs, nowMs, failures } = situation;
  if (failures > 0) {
    const range = { ...afterFailures, longestMs: Math.min(afterFailures.longestMs, intervalMs) };
    return Math.max(halfJitterDelayMs(failures - 1, range, random), situation.retryAfterMs ?? 0);
  }
  const leftMs = expiresAtMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, expiresAtMs - nowMs);
  const shortestMs = Math.min(shortestIntervalMs, intervalMs);
  return spreadMs(Math.max(shortestMs, Math.min(intervalMs, leftMs / 4)), spread, random);
}
