import { DAY_MS } from "../../../infra/duration.ts";
import { CALENDAR_MONTHS } from "../calendar-span.ts";
import { formatDay } from "../graph-time.ts";
import type { CalendarDay } from "../scan/audit-state.ts";
import { escapeHtml } from "./html-escape.ts";

const MONTH_NAMES = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** The months from that of `nowMs` on, a year and the rest of this month, with what ends on each day. */
export function renderCalendar(days: readonly CalendarDay[], nowMs: number): string {
  const byDay = new Map(days.map((day) => [day.dayMs, day]));
  const now = new Date(nowMs);
  const months = Array.from({ length: CALENDAR_MONTHS }, (_, index) =>
    month(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index, 1), byDay, nowMs),
  );
  return `<div class="calendar">${months.join("")}</div>
<p class="muted">The number of credentials that end on a day, in UTC. Point at a day to see which.</p>`;
}

function month(firstMs: number, byDay: ReadonlyMap<number, CalendarDay>, nowMs: number): string {
  const first = new Date(firstMs);
  const nextMs = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1);
  const title = `${MONTH_NAMES[first.getUTCMonth()]} ${first.getUTCFullYear()}`;
  const cells: string[] = [];
  // Weeks begin on Monday (ISO 8601).
  for (let blank = (first.getUTCDay() + 6) % 7; blank > 0; blank--) cells.push("<td></td>");
  let total = 0;
  for (let dayMs = firstMs; dayMs < nextMs; dayMs += DAY_MS) {
    const day = byDay.get(dayMs);
    total += day?.credentials ?? 0;
    cells.push(cell(dayMs, day, nowMs));
  }
  while (cells.length % 7 !== 0) cells.push("<td></td>");
  const weeks = Array.from(
    { length: cells.length / 7 },
    (_, week) => `<tr>${cells.slice(week * 7, week * 7 + 7).join("")}</tr>`,
  );
  const caption = `${title}${total === 0 ? "" : `: ${total} end`}`;
  const head = ["M", "T", "W", "T", "F", "S", "S"].map((name) => `<th>${name}</th>`).join("");
  return `<table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${weeks.join("")}</tbody></table>`;
}

function cell(dayMs: number, day: CalendarDay | undefined, nowMs: number): string {
  const number = new Date(dayMs).getUTCDate();
  const classes = [];
  if (dayMs + DAY_MS <= nowMs) classes.push("past");
  if (dayMs <= nowMs && nowMs < dayMs + DAY_MS) classes.push("today");
  if (day === undefined) {
    return `<td${classes.length === 0 ? "" : ` class="${classes.join(" ")}"`}>${number}</td>`;
  }
  classes.push(dayMs - nowMs < 30 * DAY_MS ? "soon" : "later");
  const more = day.credentials > day.names.length ? " and others" : "";
  const title = `${formatDay(dayMs)}: ${day.credentials} end: ${day.names.join(", ")}${more}`;
  return `<td class="${classes.join(" ")}" title="${escapeHtml(title)}">${number}<b>${day.credentials}</b></td>`;
}
