import type { ClientSecret } from "../client-secret.ts";

export interface ReadOptions {
  /** Aborted when nobody needs the answer any more, or it takes too long. */
  readonly signal: AbortSignal;
}

/** Where a client secret comes from. */
export interface SecretSource {
  /** For people: e.g. `Key Vault secret mailman-office365 in https://kt.vault.azure.net`. */
  readonly description: string;
  /**
   * Reads the secret as it is now; never answers from a cache.
   *
   * @throws SecretReadError
   */
  readCurrent(options: ReadOptions): Promise<ClientSecret>;
  /**
   * Reads the secret that was current before `current`, if there is one that may still work.
   *
   * @throws SecretReadError
   */
  readPrevious?(current: ClientSecret, options: ReadOptions): Promise<ClientSecret | undefined>;
  /** Calls `onChange` whenever the secret may have changed; returns how to stop that. */
  watch?(onChange: () => void): () => void;
}
