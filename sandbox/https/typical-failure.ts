import { STATUS_CODES } from "node:http";

/** How long throttled callers are told to wait, in seconds. */
export const TYPICAL_RETRY_AFTER_SECONDS = 10;

/** What a failure of this status is called, where a service has no word of its own for it. */
export function failureOfStatus(
  status: number,
  known: Readonly<Record<number, { code: string; message: string }>>,
): { status: number; code: string; message: string } {
  const name = STATUS_CODES[status] ?? "Unknown failure";
  return { status, ...(known[status] ?? { code: name.replaceAll(/[^A-Za-z]/g, ""), message: `${name}.` }) };
}

/** Headers that go with a status. */
export function headersOfStatus(status: number): Record<string, string> {
  return status === 429 || status === 503 ? { "retry-after": String(TYPICAL_RETRY_AFTER_SECONDS) } : {};
}
