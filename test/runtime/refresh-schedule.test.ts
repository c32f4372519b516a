import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { refreshDelayMs } from "../../runtime/src/refresh-schedule.ts";

const middle = () => 0.5;
const minuteMs = 60_000;
const usual = { intervalMs: 10 * minuteMs, expiresAtMs: undefined, nowMs: 0, failures: 0 };

describe("refreshDelayMs", () => {
  it("is the interval while all is well", () => {
    assert.equal(refreshDelayMs(usual, middle), 10 * minuteMs);
    assert.equal(refreshDelayMs({ ...usual, expiresAtMs: 90 * 86_400_000 }, middle), 10 * minuteMs);
  });

  it("shrinks to a quarter of what is left as the end comes near, and to a minute after it", () => {
    assert.equal(refreshDelayMs({ ...usual, expiresAtMs: 20 * minuteMs }, middle), 5 * minuteMs);
    assert.equal(refreshDelayMs({ ...usual, expiresAtMs: 1 }, middle), 60_000);
    assert.equal(refreshDelayMs({ ...usual, expiresAtMs: -86_400_000 }, middle), 60_000);
  });

  it("doubles after failures, from a second to a minute", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 40].map((failures) =>
      refreshDelayMs({ ...usual, failures }, () => 1 - Number.EPSILON),
    );
    assert.deepEqual(
      delays.map(Math.round),
      [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000],
    );
  });

  it("waits as long as a failed read was told to", () => {
    assert.equal(refreshDelayMs({ ...usual, failures: 1, retryAfterMs: 120_000 }, middle), 120_000);
  });

  it("never polls, and never sleeps past the interval by more than a fifth", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 86_400_000 }),
        fc.option(fc.integer({ min: -1e9, max: 1e9 }), { nil: undefined }),
        fc.integer({ min: 0, max: 100 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (intervalMs, expiresAtMs, failures, chance) => {
          const delayMs = refreshDelayMs({ intervalMs, expiresAtMs, nowMs: 0, failures }, () => chance);
          assert.ok(delayMs >= 500, `${delayMs}`);
          assert.ok(delayMs <= intervalMs * 1.2 + 1e-6, `${delayMs}`);
        },
      ),
    );
  });
});
