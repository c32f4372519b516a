import type { Fetch } from "./directory-time.ts";

export interface SecondClockArgs {
  /** What the clock of this machine says, in milliseconds since 1970. */
  localMs: number;
  /** Address of a vault, e.g. `https://kv-sell.vault.azure.net/`. */
  vaultUri: string;
  /** Of the one try, in milliseconds. Default: 5,000. */
  timeoutMs?: number;
  fetch?: Fetch;
}

/**
 * What a second witness says of the time: the vault or this machine, whichever is ahead. Something is past only if
 * one of the two says so as well as the directory.
 *
 * The vault tells its time to anybody, in the `Date` of the 401 by which it asks for a token
 * (https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses). A vault that does not
 * answer, for it is behind a firewall perhaps, leaves this machine as the only witness.
 */
export async function secondClockMs(args: SecondClockArgs): Promise<number> {
  const { localMs, vaultUri, timeoutMs = 5_000, fetch = globalThis.fetch } = args;
  try {
    const url = new URL("secrets?api-version=7.4", vaultUri).href;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    await response.body?.cancel();
    const vaultMs = Date.parse(response.headers.get("date") ?? "");
    return Number.isNaN(vaultMs) ? localMs : Math.max(localMs, vaultMs);
  } catch {
    return localMs;
  }
}
