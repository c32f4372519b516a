/** The last moment that JavaScript's `Date` can hold (ECMA-262, time values). */
const LATEST_MS = 8_640_000_000_000_000;

const FORM = /^(\d{4,})-(\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))$/;

/**
 * A moment as Microsoft Graph and Key Vault write it (Edm.DateTimeOffset: up to seven digits of a second), in
 * milliseconds since 1970. A year after 9999 is understood too, and one after 275760, where `Date` ends, is
 * taken for that end. Null for null, and for what is no moment.
 */
export function parseGraphTime(value: unknown): number | null {
  if (typeof value !== "string" || value.length > 64) return null;
  return parseCommonForm(value) ?? parseAnyForm(value);
}

/** `2027-01-31T12:00:00Z` and no other form, several times as fast: a big tenant has a million of them. */
function parseCommonForm(text: string): number | undefined {
  if (text.length !== 20 || text[4] !== "-" || text[7] !== "-" || text[10] !== "T") return undefined;
  if (text[13] !== ":" || text[16] !== ":" || text[19] !== "Z") return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  // What is rare, or wrong, is left to the other way: early years, the month's last days, leap seconds.
  const isPlain = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!isPlain || !(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** NaN if there are not two digits at `at`. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function parseAnyForm(text: string): number | null {
  const [, year, rest] = FORM.exec(text) ?? [];
  if (year === undefined) return null;
  const ms = Date.parse(year.length === 4 ? text : `+${year.padStart(6, "0")}-${rest}`);
  if (!Number.isNaN(ms)) return ms;
  return Number(year) > 275_760 ? LATEST_MS : null;
}

/** The day, `2027-01-31`, in UTC; a year after 9999 keeps its digits, `+010000-01-01`. */
export function formatDay(ms: number): string {
  return new Date(ms).toISOString().split("T", 1)[0] ?? "";
}

/** To the second, in UTC: `2027-01-31T12:00:00Z`. */
export function formatMoment(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
