import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Finding } from "../../../cli/audit/findings/finding.ts";
import type { Severity } from "../../../cli/audit/findings/severity.ts";
import { emptyNoticeState, type NoticeState, tierNotices } from "../../../cli/audit/notices.ts";
import { tierOf } from "../../../cli/audit/policy.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";

const TIERS = [30, 14, 7, 1];
const START_MS = Date.parse("2027-03-01T06:00:00Z");

function finding(id: string, dueMs: number, nowMs: number, severity: Severity = "medium"): Finding {
  const tier = tierOf(dueMs, TIERS, nowMs);
  return {
    id,
    kind: "expiring-credential",
    severity,
    subject: { type: "application", id, name: id },
    dueMs,
    ...(tier === undefined ? {} : { tier }),
    facts: {},
  };
}

/** On which days a run each day tells of something that ends after `days`, until it has ended for a week. */
function toldDays(days: number, severity: Severity = "medium"): number[] {
  const dueMs = START_MS + days * DAY_MS;
  let state = emptyNoticeState;
  const told: number[] = [];
  for (let nowMs = START_MS; nowMs < dueMs + 7 * DAY_MS; nowMs += DAY_MS) {
    const result = tierNotices([finding("f", dueMs, nowMs, severity)], TIERS, state, nowMs);
    if (result.notices.some(({ due }) => due.length > 0)) told.push((dueMs - nowMs) / DAY_MS);
    state = result.state;
  }
  return told;
}

test("people are told a month ahead, at each tier, ever more often, and daily from the last week on", () => {
  assert.deepEqual(toldDays(40), [30, 23, 16, 14, 11, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5, -6]);
});

test("what is of low severity comes with each tier, and else weekly: it may stay for good", () => {
  for (const severity of ["low", "info"] as const) {
    assert.deepEqual(toldDays(40, severity), [30, 23, 16, 14, 7, 1, 0]);
    assert.deepEqual(toldDays(-1, severity).length, 1);
  }
});

test("a second run on the same day tells nothing twice, unless something became more urgent", () => {
  const dueMs = START_MS + 14 * DAY_MS + HOUR_MS;
  const first = tierNotices([finding("f", dueMs, START_MS)], TIERS, emptyNoticeState, START_MS);
  assert.deepEqual(
    first.notices.map(({ tier, due }) => [tier, due.length]),
    [
      [0, 0],
      [1, 0],
      [7, 0],
      [14, 0],
      [30, 1],
    ],
  );
  const again = tierNotices([finding("f", dueMs, START_MS)], TIERS, first.state, START_MS + HOUR_MS / 2);
  assert.ok(again.notices.every(({ due }) => due.length === 0));
  assert.deepEqual(again.state, first.state);
  const laterMs = START_MS + 2 * HOUR_MS;
  const later = tierNotices([finding("f", dueMs, laterMs)], TIERS, again.state, laterMs);
  assert.deepEqual(
    later.notices.find(({ tier }) => tier === 14)?.due.map(({ id }) => id),
    ["f"],
  );
});

test("what is solved is forgotten, and told of at once when it comes back", () => {
  const due = (ms: number) => finding("f", START_MS + 20 * DAY_MS, ms);
  const first = tierNotices([due(START_MS)], TIERS, emptyNoticeState, START_MS);
  const solved = tierNotices([], TIERS, first.state, START_MS + DAY_MS);
  assert.deepEqual(solved.state.told, {});
  const back = tierNotices([due(START_MS)], TIERS, solved.state, START_MS + 2 * DAY_MS);
  assert.equal(back.notices.flatMap((notice) => notice.due).length, 1);
});

test("a name that every object has is no record of having been told", () => {
  const result = tierNotices([finding("constructor", START_MS, START_MS)], TIERS, emptyNoticeState, START_MS);
  assert.equal(result.notices[0]?.due.length, 1);
});

test("whatever the findings and the times: idempotent within a day, nothing due is missed for more than a week", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 72 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 60 }), steps, (days, hours) => {
      const dueMs = START_MS + days * DAY_MS;
      let state: NoticeState = emptyNoticeState;
      let nowMs = START_MS;
      let lastToldMs: number | undefined;
      for (const step of hours) {
        nowMs += step * HOUR_MS;
        const findings = [finding("f", dueMs, nowMs)];
        const { notices, state: next } = tierNotices(findings, TIERS, state, nowMs);
        const inTier = findings[0]?.tier !== undefined;
        assert.equal(notices.flatMap((notice) => notice.findings).length, inTier ? 1 : 0);
        if (notices.some(({ due }) => due.length > 0)) lastToldMs = nowMs;
        if (inTier) assert.ok(lastToldMs !== undefined && nowMs - lastToldMs < 8 * DAY_MS);
        const same = tierNotices(findings, TIERS, next, nowMs);
        assert.ok(same.notices.every(({ due }) => due.length === 0));
        assert.deepEqual(same.state, next);
        state = next;
      }
    }),
  );
});
