import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import {
  dueAtMs,
  heldUntilMs,
  overlapOf,
  PUBLICATION_MARGIN_MS,
  retireAtMs,
  safeDateMs,
} from "../../../infra/rotation/dates.ts";
import {
  CREATED_MS,
  DUE_MS,
  EXPIRES_MS,
  POLICY,
  PREVIOUS,
  published,
  SAFE_MS,
} from "../../support/rotation-facts.ts";

const withOverlap = (days: number) => ({ ...POLICY, overlapMs: days * DAY_MS });

describe("the dates of a published secret", () => {
  it("promise its readers the longer overlap, of then and of now", () => {
    assert.equal(overlapOf(published({ overlapMs: 9 * DAY_MS }), withOverlap(7)), 9 * DAY_MS);
    assert.equal(overlapOf(published({ overlapMs: 7 * DAY_MS }), withOverlap(9)), 9 * DAY_MS);
  });

  it("have a safe date three updates and the overlap before its end", () => {
    assert.equal(safeDateMs(published(), POLICY), SAFE_MS);
    assert.equal(safeDateMs(published(), withOverlap(8)), SAFE_MS - DAY_MS);
  });

  it("are due by what was written down, or by the safe date before that", () => {
    assert.equal(dueAtMs(published(), POLICY), DUE_MS);
    assert.equal(dueAtMs(published({ rotateAfterMs: SAFE_MS + 1000 }), POLICY), SAFE_MS);
  });

  it("are held until the hold's end or the safe date, whichever is first, unless more is meant", () => {
    const hold = (untilMs: number, pastSafeDate: boolean) => ({ untilMs, reason: "", pastSafeDate });
    assert.equal(heldUntilMs(undefined, published(), POLICY), Number.NEGATIVE_INFINITY);
    assert.equal(heldUntilMs(hold(SAFE_MS - 1, false), published(), POLICY), SAFE_MS - 1);
    assert.equal(heldUntilMs(hold(SAFE_MS + 1, false), published(), POLICY), SAFE_MS);
    assert.equal(heldUntilMs(hold(SAFE_MS + 1, true), published(), POLICY), SAFE_MS + 1);
  });
});

describe("the retirement of the previous secret", () => {
  const of = (over: Partial<typeof PREVIOUS>, publishedAtMs?: number) =>
    retireAtMs(published({ previous: { ...PREVIOUS, ...over } }), publishedAtMs);

  it("is the date that was written down, where the publication was on time", () => {
    assert.equal(retireAtMs(published(), undefined), undefined);
    assert.equal(of({}), PREVIOUS.retireAfterMs);
    assert.equal(of({}, CREATED_MS), PREVIOUS.retireAfterMs);
    assert.equal(
      of({}, CREATED_MS + PUBLICATION_MARGIN_MS),
      PREVIOUS.retireAfterMs,
      "the margin is for that",
    );
  });

  it("is put off by as much as the publication was late", () => {
    assert.equal(of({}, CREATED_MS + PUBLICATION_MARGIN_MS + 1000), PREVIOUS.retireAfterMs + 1000);
    assert.equal(of({}, CREATED_MS + 5 * DAY_MS), PREVIOUS.retireAfterMs + 5 * DAY_MS - HOUR_MS);
  });

  it("is not put off for a revoked secret, whose users are promised nothing", () => {
    const revoked = { retireAfterMs: CREATED_MS };
    assert.equal(of(revoked, CREATED_MS + 5 * DAY_MS), CREATED_MS);
  });

  it("is never after the secret's own end, nor after the day on which its slot is needed", () => {
    assert.equal(of({ expiresAtMs: PREVIOUS.retireAfterMs - 1 }), PREVIOUS.retireAfterMs - 1);
    const neededMs = EXPIRES_MS - POLICY.overlapMs - DAY_MS - PUBLICATION_MARGIN_MS;
    assert.equal(of({ expiresAtMs: EXPIRES_MS }, CREATED_MS + 80 * DAY_MS), neededMs);
  });

  it("is never before what was promised, whenever the successor was published", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100 * DAY_MS, max: 1_000 * DAY_MS }), (offsetMs) => {
        const atMs = of({}, CREATED_MS + offsetMs) ?? Number.NaN;
        assert.ok(atMs >= Math.min(PREVIOUS.retireAfterMs, PREVIOUS.expiresAtMs));
        assert.ok(atMs <= PREVIOUS.expiresAtMs);
      }),
    );
  });
});
