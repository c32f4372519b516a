import assert from "node:assert/strict";
import { test } from "node:test";
import { CALENDAR_MONTHS, calendarEndMs } from "../../../../cli/audit/calendar-span.ts";
import { renderCalendar } from "../../../../cli/audit/report/html-calendar.ts";
import { DAY_MS } from "../../../../infra/duration.ts";
import { application, auditDirectory, secret } from "../../../support/audit.ts";
import { NOW_MS } from "../../../support/graph-server.ts";

test("the calendar ends with its last month, at the first and the last moment of a month too", () => {
  for (const now of ["2027-03-01T00:00:00Z", "2027-03-31T23:59:59Z"]) {
    assert.equal(calendarEndMs(Date.parse(now)), Date.parse("2028-04-01T00:00:00Z"));
  }
});

test("every day that the calendar shows has been counted, to the last second", async (context) => {
  const lastDayMs = calendarEndMs(NOW_MS) - DAY_MS;
  const days = (ms: number) => (ms - NOW_MS) / DAY_MS;
  const ends = [lastDayMs, lastDayMs + DAY_MS - 1000, lastDayMs + DAY_MS].map(days);
  const { result } = await auditDirectory(context, {
    applications: ends.map((end, number) =>
      application(number, { passwordCredentials: [secret(number, -10, end)] }),
    ),
    servicePrincipals: [],
  });
  assert.deepEqual(
    result.calendar.map(({ dayMs, credentials }) => [dayMs, credentials]),
    [[lastDayMs, 2]],
  );
  const html = renderCalendar(result.calendar, result.nowMs);
  assert.equal(html.match(/<table>/g)?.length, CALENDAR_MONTHS);
  assert.match(html, /<caption>March 2028: 2 end<\/caption>/);
});
