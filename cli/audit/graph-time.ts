/** The last moment that JavaScript's `Date` can hold (ECMA-262, time values). */
const LATEST_MS = 8_640_000_000_000_000;

const FORM = /^\+?(\d{4,})-(\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))$/;

/**
 * A moment as Microsoft Graph and Key Vault write it (Edm.DateTimeOffset: up to seven digits of a second), in
 * milliseconds since 1970. A year after 9999 is understood too, and one after 275760, where `Date` ends, is
 * taken for that end. Null for null, and for what is no moment.
 */
export function parseGraphTime(value: unknown): number | null {
  if (typeof value !== "string" || value.length > 64) return null;
  if (isCommonForm(value)) {
    const ms = Date.parse(value);
    if (!Number.isNaN(ms)) return ms;
  }
  return parseAnyForm(value);
}

/** Like `2027-01-31T12:00:00Z`, with or without parts of a second. Saves matching an expression a million times. */
function isCommonForm(text: string): boolean {
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(text.length - 1) === LETTER_Z
  );
}

const [DASH, COLON, LETTER_T, LETTER_Z] = [0x2d, 0x3a, 0x54, 0x5a];

function parseAnyForm(text: string): number | null {
  const [, year, rest] = FORM.exec(text) ?? [];
  if (year === undefined) return null;
  const ms = Date.parse(year.length === 4 ? `${year}-${rest}` : `+${year.padStart(6, "0")}-${rest}`);
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
