/** Longest wait that a server may impose, in milliseconds: the cap MSAL applies to `Retry-After`. */
export const longestRetryAfterMs = 3_600_000;

/** The only header access needed here; `Headers` of fetch satisfies it. */
export interface HeaderReader {
  get(name: string): string | null;
}

/**
 * The wait that a response asks for, in milliseconds, or undefined if it asks for none or cannot be understood.
 *
 * `Retry-After` is a number of seconds or an HTTP date (RFC 9110, section 10.2.3). A date is measured against
 * the response's own `Date`, so that a wrong local clock does no harm; `nowMs` (milliseconds since 1970) serves
 * only where that header is missing. The answer lies between 0 and {@link longestRetryAfterMs}.
 */
export function retryAfterMs(headers: HeaderReader, nowMs: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) {
    return undefined;
  }
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text)) {
    return withinBounds(Number(text) * 1000);
  }
  const dateMs = Date.parse(text);
  if (!/[a-z]{3}/i.test(text) || Number.isNaN(dateMs)) {
    return undefined;
  }
  const serverNowMs = Date.parse(headers.get("date") ?? "");
  return withinBounds(dateMs - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs));
}

function withinBounds(waitMs: number): number {
  return Math.min(Math.max(Math.ceil(waitMs), 0), longestRetryAfterMs);
}
