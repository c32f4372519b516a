/** The part of `fetch` that is needed. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface DirectoryTimeArgs {
  /** E.g. `https://login.microsoftonline.com`. */
  authorityHost: string;
  tenantId: string;
  /** Of one try, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** Default: 3. */
  tries?: number;
  fetch?: Fetch;
}

/** The directory could not be asked for the time. */
export class DirectoryTimeError extends Error {
  override readonly name = "DirectoryTimeError";
}

/**
 * The time by the directory's clock, in milliseconds since 1970.
 *
 * Secrets live and die by that clock, not by the one of the machine that happens to run an update: a laptop
 * that is a day ahead must not rotate, one that is behind must not miss a rotation. It is the `Date` header
 * (RFC 9110, section 6.6.1) of the tenant's OpenID configuration, which also proves that the tenant exists.
 * @throws DirectoryTimeError if the directory does not answer, or does not know the tenant.
 */
export async function directoryTimeMs(args: DirectoryTimeArgs): Promise<number> {
  const { authorityHost, tenantId, timeoutMs = 10_000, tries = 3, fetch = globalThis.fetch } = args;
  const url = `${authorityHost.replace(/\/+$/, "")}/${tenantId}/v2.0/.well-known/openid-configuration`;
  let problem = "";
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
      await response.body?.cancel();
      const ms = Date.parse(response.headers.get("date") ?? "");
      if (response.ok && !Number.isNaN(ms)) return ms;
      problem = response.ok ? "its answer has no date" : `it answered ${response.status}`;
      if (response.status >= 400 && response.status < 500 && response.status !== 429) break;
    } catch (error) {
      problem = causeOf(error);
    }
  }
  throw new DirectoryTimeError(
    `the directory does not tell the time, so nothing can be planned: ${url}: ${problem}. ` +
      "Check keyturn:tenantId, the network, and AZURE_AUTHORITY_HOST if it is set.",
  );
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
