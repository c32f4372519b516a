import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { type Policy, policyViolations } from "../../../infra/rotation/policy.ts";

/** In days, as it is easier to check by hand. */
function violations(lifetime: number, period: number, overlap: number, splay: number): string[] {
  const policy: Policy = {
    lifetimeMs: lifetime * DAY_MS,
    periodMs: period * DAY_MS,
    overlapMs: overlap * DAY_MS,
    splayMs: splay * DAY_MS,
  };
  return policyViolations(policy);
}

const HOUR = HOUR_MS / DAY_MS;

describe("a policy", () => {
  it("that the stack files use is sound", () => {
    assert.deepEqual(violations(90, 45, 7, 5), []);
    assert.deepEqual(violations(180, 90, 14, 14), []);
  });

  // Each bound: just inside it, and an hour outside.
  it("has a lifetime of two years at most", () => {
    assert.deepEqual(violations(730, 90, 14, 14), []);
    assert.deepEqual(violations(730 + HOUR, 90, 14, 14), ["lifetime (17521 hours) must be at most 730 days"]);
  });

  it("has an overlap of a day at least", () => {
    assert.deepEqual(violations(90, 45, 1, 5), []);
    assert.deepEqual(violations(90, 45, 1 - HOUR, 5), ["overlap (23 hours) must be at least 1 day"]);
  });

  it("has a period that is shorter than the lifetime, and longer than nothing", () => {
    assert.deepEqual(violations(45, 45, 7, 0), ["period (45 days) must be shorter than lifetime (45 days)"]);
    assert.deepEqual(violations(90, 0, 1, 0), [
      "period (0 seconds) must be longer than nothing",
      "overlap (1 day) must be at least 1 day shorter than period (0 seconds): the slot has to be free for the next secret",
    ]);
  });

  it("frees a slot a day before the next secret needs it", () => {
    assert.deepEqual(violations(90, 8, 7, 0), []);
    assert.deepEqual(violations(90, 8 - HOUR, 7, 0), [
      "overlap (7 days) must be at least 1 day shorter than period (191 hours): the slot has to be free for the next secret",
    ]);
  });

  it("leaves three daily updates between the latest rotation and the readers' last day", () => {
    assert.deepEqual(violations(45 + 5 + 40 + 3, 45, 40, 5), []);
    assert.deepEqual(violations(45 + 5 + 40 + 3 - HOUR, 45, 40, 5), [
      "lifetime - period - splay - overlap must be at least 3 days (updates run daily, and one may fail), but is 71 hours: a secret could expire in use",
    ]);
  });

  it("does not let the alert fire in normal operation", () => {
    assert.deepEqual(violations(45 + 5 + 31, 45, 7, 5), []);
    assert.deepEqual(violations(45 + 5 + 31 - HOUR, 45, 7, 5), [
      "lifetime - period - splay must be at least 31 days, but is 743 hours: the 30 days alert would fire in normal operation",
    ]);
  });

  it("tells everything that is wrong with it", () => {
    assert.equal(violations(1_000, 995, 995, 3).length, 4);
  });

  it("that is sound rotates before the alert, and retires before the next rotation", () => {
    const days = (max: number) => fc.integer({ min: 0, max: max * 24 }).map((hours) => hours * HOUR_MS);
    const policy = fc.record({
      lifetimeMs: days(800),
      periodMs: days(400),
      overlapMs: days(200),
      splayMs: days(30),
    });
    fc.assert(
      fc.property(policy, (each) => {
        fc.pre(policyViolations(each).length === 0);
        const latestRotationMs = each.periodMs + each.splayMs + DAY_MS;
        assert.ok(each.lifetimeMs - latestRotationMs >= 30 * DAY_MS);
        assert.ok(latestRotationMs + each.overlapMs < each.lifetimeMs);
        assert.ok(each.overlapMs + HOUR_MS <= each.periodMs);
      }),
      { numRuns: 300 },
    );
  });
});
