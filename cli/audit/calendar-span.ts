/** The calendar shows the month of the audit and so many in all: a year, and the rest of this month. */
export const CALENDAR_MONTHS = 13;

/** Where the calendar ends, in UTC: every day that it shows before has its number. */
export function calendarEndMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + CALENDAR_MONTHS, 1);
}
