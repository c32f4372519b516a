/** Durations as text: a whole number and a unit, such as `"180 days"` or `"1 hour"`. */

const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A map, not an object: every object has a member called `constructor`. */
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["second", SECOND_MS],
  ["minute", MINUTE_MS],
  ["hour", HOUR_MS],
  ["day", DAY_MS],
  ["week", 7 * DAY_MS],
]);

/** What `parseDuration` accepts, for error texts. */
export const DURATION_FORM = 'a whole number and a unit, e.g. "180 days", "12 hours", "5 minutes"';

/**
 * The duration in milliseconds, or undefined if `text` is none. Months and years are left out on purpose:
 * their lengths differ, and a date that depends on where the calendar stands is a date nobody can check.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d{1,7})\s*([a-z]+?)s?\s*$/i.exec(text);
  const unitMs = UNITS_MS.get(match?.[2]?.toLowerCase() ?? "");
  return match?.[1] === undefined || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
}

/** The duration in the largest unit that divides it: `86400000` is `"1 day"`. */
export function formatDuration(durationMs: number): string {
  const sign = durationMs < 0 ? "-" : "";
  const size = Math.abs(durationMs);
  for (const unit of ["day", "hour", "minute", "second"]) {
    const unitMs = UNITS_MS.get(unit) ?? SECOND_MS;
    if (size >= unitMs && size % unitMs === 0) {
      const count = size / unitMs;
      return `${sign}${count} ${unit}${count === 1 ? "" : "s"}`;
    }
  }
  return `${sign}${Math.floor(size / SECOND_MS)} seconds`;
}
