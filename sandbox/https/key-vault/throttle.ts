/** How many transactions a vault takes in a window. */
export interface VaultLimit {
  windowMs: number;
  transactions: number;
}

/**
 * For secrets: https://learn.microsoft.com/azure/key-vault/general/service-limits
 * "Secret CREATE" 300 in 10 seconds, all other secret transactions 4,000 in 10 seconds, per vault and region.
 */
export const vaultLimits: Record<"create" | "other", VaultLimit> = {
  create: { windowMs: 10_000, transactions: 300 },
  other: { windowMs: 10_000, transactions: 4_000 },
};

/** Counts what was asked of each vault, by the sandbox clock. While it stands still, so does the window. */
export class VaultThrottle {
  readonly #windows = new Map<string, { startMs: number; count: number }>();

  /** @returns milliseconds until the vault takes another one; 0: it takes this one. */
  take(vaultName: string, kind: keyof typeof vaultLimits, nowMs: number): number {
    const { windowMs, transactions } = vaultLimits[kind];
    const key = `${vaultName.toLowerCase()}/${kind}`;
    const startMs = Math.floor(nowMs / windowMs) * windowMs;
    const window = this.#windows.get(key);
    const count = window?.startMs === startMs ? window.count : 0;
    if (count >= transactions) return startMs + windowMs - nowMs;
    this.#windows.set(key, { startMs, count: count + 1 });
    return 0;
  }
}
