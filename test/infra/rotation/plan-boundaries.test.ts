import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import type { Hold, PlanInput } from "../../../infra/rotation/plan-types.ts";
import {
  CREATED_MS,
  CURRENT,
  DUE_MS,
  EXPIRES_MS,
  failure,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  published,
  request,
  SAFE_MS,
} from "../../support/rotation-facts.ts";

const SECOND_MS = 1000;

/** The actions one second before a moment, at it, and one second after it. */
function actionsAround(ms: number, over: Partial<PlanInput> = {}): string[] {
  return [-SECOND_MS, 0, SECOND_MS].map((offsetMs) => planAt(ms + offsetMs, over).action);
}

describe("a rotation is due", () => {
  it("at the date that was written down, and not a second before", () => {
    assert.deepEqual(actionsAround(DUE_MS), ["keep", "rotate", "rotate"]);
  });

  it("by the date that was written down, whatever the policy's period is now", () => {
    for (const periodMs of [20 * DAY_MS, 50 * DAY_MS]) {
      assert.deepEqual(actionsAround(DUE_MS, { policy: { ...POLICY, periodMs } }), [
        "keep",
        "rotate",
        "rotate",
      ]);
    }
  });

  it("at the safe date, if that comes first: a longer overlap is promised from now on", () => {
    const policy = { ...POLICY, overlapMs: 44 * DAY_MS };
    const safeMs = EXPIRES_MS - 47 * DAY_MS;
    assert.ok(safeMs < DUE_MS);
    assert.deepEqual(actionsAround(safeMs, { policy }), ["keep", "rotate", "rotate"]);
  });

  it("by the overlap that was promised, even if the policy's is shorter now", () => {
    const promised = published({ overlapMs: 44 * DAY_MS });
    const safeMs = EXPIRES_MS - 47 * DAY_MS;
    assert.deepEqual(actionsAround(safeMs, { published: promised }), ["keep", "rotate", "rotate"]);
  });

  it("at once after it was missed, in one step and into one slot, however late", () => {
    for (const nowMs of [DUE_MS + 20 * DAY_MS, EXPIRES_MS - SECOND_MS, EXPIRES_MS, DUE_MS + 4_000 * DAY_MS]) {
      const plan = planAt(nowMs);
      assert.equal(plan.action, "rotate");
      assert.deepEqual(
        plan.slots.map(({ slot, generation }) => `${slot}${generation}`),
        ["b4", "a5"],
      );
      assert.equal(plan.publish?.secret.expiresAtMs, nowMs + POLICY.lifetimeMs, "with its whole life");
    }
    assert.match(planAt(EXPIRES_MS - SECOND_MS).reason, /^due since /);
    assert.equal(planAt(EXPIRES_MS).reason, `the secret expired on ${formatInstant(EXPIRES_MS)}`);
  });

  it("but waits for the slot as long as somebody was promised what is in it", () => {
    const rolledBack = published({
      rotateAfterMs: PREVIOUS.retireAfterMs - DAY_MS,
      previous: PREVIOUS,
    });
    assert.deepEqual(actionsAround(PREVIOUS.retireAfterMs, { published: rolledBack }), [
      "keep",
      "rotate",
      "rotate",
    ]);
    const { reason, next } = planAt(PREVIOUS.retireAfterMs - SECOND_MS, { published: rolledBack });
    assert.match(reason, /the slot is free from 2027-01-17T03:00:00Z on/);
    assert.deepEqual([next.action, next.atMs], ["rotate", PREVIOUS.retireAfterMs]);
  });
});

describe("the previous secret is retired", () => {
  const inOverlap = { published: published({ previous: PREVIOUS }) };

  it("when its overlap is over, and not a second before", () => {
    assert.deepEqual(actionsAround(PREVIOUS.retireAfterMs, inOverlap), ["keep", "retire", "retire"]);
    const [before, after] = [-SECOND_MS, 0].map((offsetMs) =>
      planAt(PREVIOUS.retireAfterMs + offsetMs, inOverlap),
    );
    assert.deepEqual(
      before?.slots.map(({ generation }) => generation),
      [4, 3],
    );
    assert.deepEqual(
      after?.slots.map(({ generation }) => generation),
      [4],
    );
    assert.equal(before?.retiredGeneration, undefined);
    assert.equal(after?.retiredGeneration, 3);
  });

  it("once: then nothing is left to do", () => {
    const memoryOfIt = memory({ retiredGeneration: 3 });
    const plan = planAt(PREVIOUS.retireAfterMs + DAY_MS, { ...inOverlap, memory: memoryOfIt });
    assert.equal(plan.action, "keep");
    assert.equal(plan.retiredGeneration, 3);
  });

  it("when it expires, if that comes first", () => {
    const expiresAtMs = PREVIOUS.retireAfterMs - 2 * DAY_MS;
    const soon = { published: published({ previous: { ...PREVIOUS, expiresAtMs } }) };
    assert.deepEqual(actionsAround(expiresAtMs, soon), ["keep", "retire", "retire"]);
  });

  it("later, if its successor was published later than it was planned", () => {
    const publishedAtMs = CREATED_MS + 3 * DAY_MS;
    const lateMs = 3 * DAY_MS - HOUR_MS;
    assert.deepEqual(actionsAround(PREVIOUS.retireAfterMs, { ...inOverlap, publishedAtMs }), [
      "keep",
      "keep",
      "keep",
    ]);
    assert.deepEqual(actionsAround(PREVIOUS.retireAfterMs + lateMs, { ...inOverlap, publishedAtMs }), [
      "keep",
      "retire",
      "retire",
    ]);
  });

  it("at once, if it was revoked: before anything else is tried", () => {
    const revoked = published({ previous: { ...PREVIOUS, retireAfterMs: CREATED_MS } });
    for (const nowMs of [CREATED_MS, CREATED_MS + SECOND_MS, DUE_MS + DAY_MS]) {
      assert.equal(planAt(nowMs, { published: revoked }).action, "retire");
    }
    // But a published secret near its end cannot wait.
    assert.deepEqual(actionsAround(SAFE_MS, { published: revoked }), ["retire", "rotate", "rotate"]);
  });
});

describe("a directory's clock that no second clock confirms", () => {
  const inOverlap = { published: published({ previous: PREVIOUS }), publishedAtMs: CREATED_MS };
  const nowMs = CREATED_MS + 32 * DAY_MS;

  it("ends no overlap, and says so, until the other one says the same", () => {
    const early = planAt(nowMs, { ...inOverlap, witnessMs: CREATED_MS + 2 * DAY_MS });
    assert.equal(early.action, "keep");
    assert.equal(early.slots.length, 2);
    assert.match(
      early.remarks.join(),
      /^generation 3 of mailman is not deleted: its overlap is over by the directory's clock \(2027-02-11T02:00:00Z\), but not by the vault's and this machine's \(2027-01-12T02:00:00Z\)/,
    );
    for (const [witnessMs, action] of [
      [PREVIOUS.retireAfterMs - SECOND_MS, "keep"],
      [PREVIOUS.retireAfterMs, "retire"],
      [undefined, "retire"],
    ] as const) {
      assert.equal(planAt(nowMs, { ...inOverlap, witnessMs }).action, action);
    }
  });

  it("replaces no slot that is still promised, even where the published secret does not work", () => {
    const broken = memory({ broken: { generation: 4, kind: "rejected", reason: "" } });
    const plan = planAt(nowMs, { ...inOverlap, memory: broken, witnessMs: CREATED_MS + 2 * DAY_MS });
    assert.equal(plan.action, "rollback");
    assert.equal(plan.publish?.previous?.replacedAtMs, CREATED_MS + 2 * DAY_MS);
  });

  it("keeps nobody from anything by some seconds, or by being behind", () => {
    const due = { published: published(), publishedAtMs: CREATED_MS };
    assert.equal(planAt(DUE_MS, { ...due, witnessMs: DUE_MS - 30 * SECOND_MS }).action, "rotate");
    const waits = planAt(PREVIOUS.retireAfterMs, {
      ...inOverlap,
      witnessMs: PREVIOUS.retireAfterMs - 30 * SECOND_MS,
    });
    assert.deepEqual([waits.action, waits.remarks], ["keep", []]);
    assert.equal(planAt(PREVIOUS.retireAfterMs, { ...inOverlap, witnessMs: nowMs }).action, "retire");
  });
});

describe("a hold", () => {
  const untilMs = DUE_MS + 10 * DAY_MS;
  const hold: Hold = { untilMs, reason: "year's end", pastSafeDate: false };

  it("puts a rotation off until its date, and not a second longer", () => {
    assert.deepEqual(actionsAround(DUE_MS, { hold }), ["keep", "hold", "hold"]);
    assert.deepEqual(actionsAround(untilMs, { hold }), ["hold", "rotate", "rotate"]);
  });

  it("counts only up to the safe date, and says so from the day that it is asked for", () => {
    const tooLong = { hold: { ...hold, untilMs: SAFE_MS + DAY_MS } };
    assert.deepEqual(actionsAround(SAFE_MS, tooLong), ["hold", "rotate", "rotate"]);
    for (const nowMs of [CREATED_MS, DUE_MS, SAFE_MS - SECOND_MS]) {
      assert.deepEqual(planAt(nowMs, tooLong).remarks, [
        "mailman cannot be held until 2027-04-01T02:00:00Z, past the safe date 2027-03-31T02:00:00Z: " +
          "its secret expires on 2027-04-10T02:00:00Z. Hold until an earlier date, or set pastSafeDate to take the risk.",
      ]);
    }
    assert.deepEqual(planAt(CREATED_MS, { hold: { ...hold, untilMs: SAFE_MS } }).remarks, []);
  });

  it("is in no request's way if it would last too long", () => {
    const tooLong = { hold: { ...hold, untilMs: EXPIRES_MS } };
    for (const action of ["revoke", "rotate"] as const) {
      const plan = planAt(CREATED_MS + DAY_MS, { ...tooLong, request: request(action) });
      assert.equal(plan.action, action);
      assert.deepEqual(plan.refusals, []);
      assert.equal(plan.remarks.length, 1, "and is told of all the same");
    }
  });

  it("counts past the safe date if that is meant", () => {
    const risky = { hold: { ...hold, untilMs: EXPIRES_MS + DAY_MS, pastSafeDate: true } };
    assert.deepEqual(actionsAround(SAFE_MS, risky), ["hold", "hold", "hold"]);
    assert.deepEqual(actionsAround(EXPIRES_MS + DAY_MS, risky), ["hold", "rotate", "rotate"]);
    assert.deepEqual(planAt(DUE_MS, risky).remarks, []);
  });

  it("does not keep a leaked secret, nor one that does not work", () => {
    const { action } = planAt(DUE_MS, { hold, request: request("revoke") });
    assert.equal(action, "revoke");
    const broken = { generation: 4, kind: "rejected" as const, reason: "expired" };
    assert.equal(planAt(CREATED_MS + DAY_MS, { hold, memory: memory({ broken }) }).action, "rotate");
  });
});

describe("after a failed verification", () => {
  const failed = (over: Parameters<typeof failure>[0] = {}) => ({
    memory: memory({ failure: failure(over) }),
  });

  for (const [attempts, hours] of [
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 8],
    [5, 16],
    [6, 32],
    [7, 32],
    [40, 32],
  ] as const) {
    it(`number ${attempts}, the next try is after ${hours} hours`, () => {
      const againMs = DUE_MS + hours * HOUR_MS;
      assert.deepEqual(actionsAround(againMs, failed({ attempts })), ["wait", "rotate", "rotate"]);
    });
  }

  it("never waits for longer than a third of what is left of the published secret", () => {
    const lastAttemptAtMs = EXPIRES_MS - 9 * HOUR_MS;
    const againMs = EXPIRES_MS - 6 * HOUR_MS;
    assert.deepEqual(actionsAround(againMs, failed({ attempts: 6, lastAttemptAtMs })), [
      "wait",
      "rotate",
      "rotate",
    ]);
    // What has expired cannot wait at all.
    assert.equal(
      planAt(EXPIRES_MS + SECOND_MS, failed({ attempts: 6, lastAttemptAtMs: EXPIRES_MS })).action,
      "rotate",
    );
  });

  it("tries at once when a setting was changed", () => {
    const changed = { ...failed({ attempts: 6 }), settings: "changed" };
    assert.equal(planAt(DUE_MS + SECOND_MS, changed).action, "rotate");
  });

  it("does not wait for a try that a wrong clock has put into the future", () => {
    const lastAttemptAtMs = DUE_MS + 400 * DAY_MS;
    assert.equal(planAt(DUE_MS, failed({ lastAttemptAtMs })).action, "rotate");
  });

  it("takes another generation if Entra refused the secret, the same one if Entra could not be asked", () => {
    const generationAfter = (kind: "rejected" | "unavailable") =>
      planAt(DUE_MS + DAY_MS, failed({ kind })).publish?.secret.generation;
    assert.equal(generationAfter("rejected"), 6);
    assert.equal(generationAfter("unavailable"), 5);
  });

  it("waits before a first publication too, and keeps no secret meanwhile", () => {
    const first = { published: undefined, memory: memory({ failure: failure({ generation: 1 }) }) };
    assert.deepEqual(actionsAround(DUE_MS + HOUR_MS, first), ["wait", "create", "create"]);
    assert.deepEqual(planAt(DUE_MS, first).slots, []);
  });

  it("does not make whoever revokes wait", () => {
    assert.equal(planAt(DUE_MS, { ...failed({ attempts: 6 }), request: request("revoke") }).action, "revoke");
  });
});

describe("a leap day", () => {
  const leapDayMs = Date.UTC(2028, 1, 29, 12, 30, 15);

  it("is a day like any other: lifetimes are counted in days", () => {
    const { publish, next } = planAt(leapDayMs, { published: undefined });
    assert.equal(formatInstant(publish?.secret.createdAtMs ?? 0), "2028-02-29T12:30:15Z");
    assert.equal(formatInstant(publish?.secret.expiresAtMs ?? 0), "2028-05-29T12:30:15Z");
    assert.equal(formatInstant(next.atMs), "2028-04-14T12:30:15Z");
  });

  it("is counted when a life goes across it", () => {
    const current = {
      ...CURRENT,
      createdAtMs: Date.UTC(2028, 1, 1),
      expiresAtMs: Date.UTC(2028, 1, 1) + POLICY.lifetimeMs,
    };
    const dueMs = Date.UTC(2028, 2, 20);
    assert.equal(current.createdAtMs + 48 * DAY_MS, dueMs, "29 days of February");
    assert.deepEqual(actionsAround(dueMs, { published: published({ current, rotateAfterMs: dueMs }) }), [
      "keep",
      "rotate",
      "rotate",
    ]);
  });
});

describe("a clock that stands before the published secret was made", () => {
  const before = [CREATED_MS - SECOND_MS, CREATED_MS - 400 * DAY_MS, 0];

  it("rotates, retires and rolls back nothing, even if all of it is wanted", () => {
    for (const nowMs of before) {
      for (const asked of [undefined, request("rotate"), request("rollback")]) {
        const plan = planAt(nowMs, {
          published: published({ previous: PREVIOUS, rotateAfterMs: CREATED_MS - DAY_MS }),
          request: asked,
        });
        assert.equal(plan.action, "keep");
        assert.equal(plan.publish, undefined);
        assert.deepEqual(
          plan.slots.map(({ generation }) => generation),
          [4, 3],
        );
        assert.deepEqual(plan.requestsDone, [], "the request stays to be carried out");
      }
      assert.equal(
        planAt(nowMs).reason,
        "the clock stands before the published secret was made: nothing is due",
      );
    }
  });

  it("is known by when the vault wrote the version, too", () => {
    const publishedAtMs = CREATED_MS + 100 * DAY_MS;
    const { action } = planAt(publishedAtMs - SECOND_MS, { publishedAtMs });
    assert.equal(action, "keep");
    assert.equal(planAt(publishedAtMs, { publishedAtMs }).action, "rotate");
  });

  it("does not stop a revocation", () => {
    for (const nowMs of before) {
      const { action, publish } = planAt(nowMs, { request: request("revoke") });
      assert.equal(action, "revoke");
      // Never before what is published was made: the new secret would have expired already.
      assert.equal(publish?.secret.createdAtMs, CREATED_MS);
      assert.equal(publish?.secret.expiresAtMs, CREATED_MS + POLICY.lifetimeMs);
    }
  });
});
