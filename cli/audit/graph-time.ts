import { DAY_MS } from "../../infra/duration.ts";

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
  return parseWholeSecond(value) ?? parseAnyForm(value);
}

/**
 * Like `2027-01-31T12:00:00Z`, as Graph writes nearly every moment; undefined: of another form. By hand, because a scan
 * of a big tenant reads a million of them, and `Date.parse` takes several times as long.
 */
function parseWholeSecond(text: string): number | undefined {
  if (text.length !== 20) return undefined;
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  if (text.charCodeAt(10) !== LETTER_T || text.charCodeAt(19) !== LETTER_Z) return undefined;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return undefined;
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if ((century | yearOfCentury | month | day | hour | minute | second) < 0) return undefined;
  // Days that not every month has, and the hour 24, are left to the general way.
  if (month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  return (
    daysSince1970(century * 100 + yearOfCentury, month, day) * DAY_MS +
    ((hour * 60 + minute) * 60 + second) * 1000
  );
}

/** By the Gregorian calendar, with years that begin in March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  const monthDays = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return 365 * shifted + leapDays + monthDays + day - 1 - DAYS_BEFORE_1970;
}

/** From the first of March of the year 0. */
const DAYS_BEFORE_1970 = 719_468;

/** The number that two characters write; negative if they are no digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

const [DASH, COLON, LETTER_T, LETTER_Z, ZERO] = [0x2d, 0x3a, 0x54, 0x5a, 0x30] as const;

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
