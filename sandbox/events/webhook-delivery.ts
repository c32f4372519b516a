import { isoSeconds } from "../iso-time.ts";
import type { EventsState, PendingDelivery } from "./state.ts";

/** Only these are ever called: a sandbox that is full of real addresses must not reach anybody. */
export function isOnThisMachine(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const name = hostname.toLowerCase();
  return (
    (protocol === "http:" || protocol === "https:") &&
    (name === "localhost" ||
      name.endsWith(".localhost") ||
      name === "[::1]" ||
      /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name))
  );
}

/** What came of one try: an HTTP status, or why there was none. */
export type AttemptResult = { status: number } | { failure: string };

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Event Grid's waits between tries; the last one repeats. Its random part is left out.
 * @see https://learn.microsoft.com/azure/event-grid/delivery-and-retry#retry-schedule
 */
const EVENT_GRID_WAITS_MS = [
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
];
const EVENT_GRID_FINAL_STATUSES = [400, 401, 403, 413];

/** @see https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups#webhook-retry-behavior */
const ACTION_GROUP_WAITS_MS = [5, 20, 5, 40, 5].map((seconds) => seconds * SECOND_MS);
const ACTION_GROUP_RETRIED_STATUSES = [408, 429, 503, 504];

export type NextTry = { kind: "done" } | { kind: "retry"; dueMs: number } | { kind: "given up" };

/** What follows from a try that was the delivery's `attempts`-th, at `nowMs`. */
export function nextTry(delivery: PendingDelivery, result: AttemptResult, nowMs: number): NextTry {
  if ("status" in result && result.status >= 200 && result.status < 300) return { kind: "done" };
  return delivery.service === "event-grid"
    ? afterEventGridFailure(delivery, result, nowMs)
    : afterActionGroupFailure(delivery, result, nowMs);
}

function afterEventGridFailure(delivery: PendingDelivery, result: AttemptResult, nowMs: number): NextTry {
  if ("status" in result && EVENT_GRID_FINAL_STATUSES.includes(result.status)) return { kind: "given up" };
  const waitMs = EVENT_GRID_WAITS_MS[Math.min(delivery.attempts, EVENT_GRID_WAITS_MS.length) - 1] ?? 0;
  const dueMs = nowMs + waitMs;
  const tooOld = delivery.timeToLiveMs !== null && dueMs > delivery.firstMs + delivery.timeToLiveMs;
  const tooMany = delivery.maxAttempts !== null && delivery.attempts >= delivery.maxAttempts;
  return tooOld || tooMany ? { kind: "given up" } : { kind: "retry", dueMs };
}

function afterActionGroupFailure(delivery: PendingDelivery, result: AttemptResult, nowMs: number): NextTry {
  const waitMs = ACTION_GROUP_WAITS_MS[delivery.attempts - 1];
  const retried = "failure" in result || ACTION_GROUP_RETRIED_STATUSES.includes(result.status);
  return waitMs === undefined || !retried ? { kind: "given up" } : { kind: "retry", dueMs: nowMs + waitMs };
}

/** Records a try and what follows from it. */
export function recordAttempt(
  events: EventsState,
  outboxId: number,
  result: AttemptResult,
  nowMs: number,
): void {
  const delivery = events.deliveries.find((each) => each.outboxId === outboxId);
  if (delivery === undefined) return;
  delivery.attempts += 1;
  const next = nextTry(delivery, result, nowMs);
  if (next.kind === "retry") delivery.dueMs = next.dueMs;
  else events.deliveries = events.deliveries.filter((each) => each.outboxId !== outboxId);
  const entry = events.outbox.find((each) => each.id === outboxId);
  if (entry === undefined) return;
  const text = "status" in result ? `HTTP ${result.status}` : result.failure;
  entry.attempts.push({ when: isoSeconds(nowMs), result: text });
  entry.outcome = next.kind === "done" ? "delivered" : next.kind === "retry" ? "pending" : "failed";
}
