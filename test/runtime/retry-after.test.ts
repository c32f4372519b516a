import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { longestRetryAfterMs, retryAfterMs } from "../../runtime/src/retry-after.ts";

const nowMs = Date.UTC(2026, 0, 1, 12);

function parse(retryAfter: string, date?: string): number | undefined {
  return retryAfterMs(
    new Headers({ "retry-after": retryAfter, ...(date === undefined ? {} : { date }) }),
    nowMs,
  );
}

describe("retryAfterMs", () => {
  const cases: [string, string | undefined, number | undefined][] = [
    ["0", undefined, 0],
    ["120", undefined, 120_000],
    ["1.5", undefined, 1_500],
    ["999999999", undefined, longestRetryAfterMs],
    ["Thu, 01 Jan 2026 12:00:30 GMT", undefined, 30_000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", undefined, 0],
    // The server's clock is ten minutes ahead: only the difference of its own two dates counts.
    ["Thu, 01 Jan 2026 12:10:30 GMT", "Thu, 01 Jan 2026 12:10:00 GMT", 30_000],
    ["-5", undefined, undefined],
    ["soon", undefined, undefined],
    ["12abc", undefined, undefined],
    ["", undefined, undefined],
  ];
  for (const [text, date, expected] of cases) {
    it(`reads ${JSON.stringify(text)}${date === undefined ? "" : ` at ${date}`} as ${expected}`, () => {
      assert.equal(parse(text, date), expected);
    });
  }

  it("is undefined without the header", () => {
    assert.equal(retryAfterMs(new Headers(), nowMs), undefined);
  });

  it("never leaves its bounds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        const waitMs = parse(text.replace(/[^\x20-\x7e]/g, ""));
        assert.ok(waitMs === undefined || (waitMs >= 0 && waitMs <= longestRetryAfterMs));
      }),
    );
  });
});
