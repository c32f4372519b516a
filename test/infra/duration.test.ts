import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY_MS, formatDuration, HOUR_MS, MINUTE_MS, parseDuration } from "../../infra/duration.ts";

describe("parseDuration", () => {
  const accepted: readonly (readonly [string, number])[] = [
    ["180 days", 180 * DAY_MS],
    ["1 day", DAY_MS],
    ["2 weeks", 14 * DAY_MS],
    ["12 hours", 12 * HOUR_MS],
    ["5 minutes", 5 * MINUTE_MS],
    ["90 seconds", 90_000],
    ["0 days", 0],
    ["  7   Days ", 7 * DAY_MS],
    ["3days", 3 * DAY_MS],
  ];
  for (const [text, ms] of accepted) {
    it(`takes "${text}"`, () => assert.equal(parseDuration(text), ms));
  }

  const refused = [
    "",
    "days",
    "7",
    "-7 days",
    "1.5 days",
    "1e3 days",
    "7 fortnights",
    "1 month",
    "1 year",
    "7 dayss",
    "7 days and 2 hours",
    "P7D",
    "12345678 days",
    "7\u00a0d",
    "7 constructors",
    "7 __proto__",
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseDuration(text), undefined));
  }
});

describe("formatDuration", () => {
  it("takes the largest unit that divides the duration", () => {
    assert.equal(formatDuration(DAY_MS), "1 day");
    assert.equal(formatDuration(14 * DAY_MS), "14 days");
    assert.equal(formatDuration(DAY_MS + HOUR_MS), "25 hours");
    assert.equal(formatDuration(90 * MINUTE_MS), "90 minutes");
    assert.equal(formatDuration(61_000), "61 seconds");
    assert.equal(formatDuration(0), "0 seconds");
    assert.equal(formatDuration(-2 * DAY_MS), "-2 days");
  });

  it("writes down whole seconds so that they are read back as they were", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), (seconds) => {
        assert.equal(parseDuration(formatDuration(seconds * 1000)), seconds * 1000);
      }),
    );
  });

  it("cuts parts of a second off", () => {
    assert.equal(formatDuration(1_999), "1 seconds");
    assert.equal(formatDuration(999), "0 seconds");
  });
});
