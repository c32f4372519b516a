import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { retryDelayMs } from "../../../infra/rotation/backoff.ts";

describe("the wait after a failed verification", () => {
  it("doubles from one hour to 32", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((attempts) => retryDelayMs(attempts, 1_000 * DAY_MS) / HOUR_MS),
      [1, 2, 4, 8, 16, 32, 32, 32, 32],
    );
    assert.equal(retryDelayMs(0, undefined), HOUR_MS);
    assert.equal(retryDelayMs(6, undefined), 32 * HOUR_MS, "before the first publication nothing runs out");
  });

  it("is never more than a third of what is left, never negative, and never shorter for more failures", () => {
    const attempts = fc.integer({ min: 0, max: 2_000 });
    const remaining = fc.integer({ min: -400 * DAY_MS, max: 730 * DAY_MS });
    fc.assert(
      fc.property(attempts, remaining, (each, remainingMs) => {
        const delayMs = retryDelayMs(each, remainingMs);
        assert.ok(delayMs >= 0);
        assert.ok(delayMs <= Math.max(0, remainingMs) / 3);
        assert.ok(delayMs <= 32 * HOUR_MS);
        assert.ok(delayMs <= retryDelayMs(each + 1, remainingMs));
      }),
    );
  });

  it("leaves room for two more tries before the secret expires, however late the first one failed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 730 * DAY_MS }), (remainingMs) => {
        let leftMs = remainingMs;
        for (const attempts of [6, 7]) leftMs -= retryDelayMs(attempts, leftMs);
        assert.ok(leftMs > 0);
      }),
    );
  });
});
