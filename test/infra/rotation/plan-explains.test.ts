import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import { planRotation } from "../../../infra/rotation/plan.ts";
import { planNothing } from "../../../infra/rotation/plan-nothing.ts";
import { type Action, type Plan, type PlanInput, PlanRefusal } from "../../../infra/rotation/plan-types.ts";
import {
  CREATED_MS,
  CURRENT,
  DUE_MS,
  failure,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  planInput,
  published,
  request,
} from "../../support/rotation-facts.ts";

const inOverlap = published({ previous: PREVIOUS });
const broken = { generation: 4, kind: "rejected" as const, reason: "expired: AADSTS7000222" };
const hold = { untilMs: DUE_MS + 10 * DAY_MS, reason: "year's end", pastSafeDate: false };

/** What people read of a plan: what happens, why, and what happens next, when and why. */
interface Told {
  action: Action;
  reason: string;
  next: string;
}

function told({ action, reason, next }: Plan): Told {
  return { action, reason, next: `${next.action} ${formatInstant(next.atMs)}: ${next.reason}` };
}

const CASES: readonly (readonly [when: string, nowMs: number, over: Partial<PlanInput>, told: Told])[] = [
  [
    "nothing is published yet",
    CREATED_MS,
    { published: undefined },
    {
      action: "create",
      reason: "first deployment",
      next: "rotate 2027-02-24T02:00:00Z: every 45 days, put off by the splay",
    },
  ],
  [
    "the first secret has been refused",
    CREATED_MS + 2 * HOUR_MS,
    {
      published: undefined,
      memory: memory({ failure: failure({ generation: 1, lastAttemptAtMs: CREATED_MS }) }),
    },
    {
      action: "create",
      reason: "first deployment, tried again: transient: HTTP 503",
      next: "rotate 2027-02-24T04:00:00Z: every 45 days, put off by the splay",
    },
  ],
  [
    "the first secret has just been refused",
    CREATED_MS + HOUR_MS / 2,
    {
      published: undefined,
      memory: memory({ failure: failure({ generation: 1, lastAttemptAtMs: CREATED_MS }) }),
    },
    {
      action: "wait",
      reason:
        "verification of generation 1 failed once: transient: HTTP 503; tried again from 2027-01-10T03:00:00Z on",
      next: "create 2027-01-10T03:00:00Z: the next try",
    },
  ],
  [
    "nothing is due",
    CREATED_MS + DAY_MS,
    {},
    {
      action: "keep",
      reason: "due on 2027-02-27T02:00:00Z",
      next: "rotate 2027-02-27T02:00:00Z: the period is over",
    },
  ],
  [
    "the overlap is not over",
    CREATED_MS + DAY_MS,
    { published: inOverlap },
    {
      action: "keep",
      reason: "due on 2027-02-27T02:00:00Z",
      next: "retire 2027-01-17T03:00:00Z: the overlap is over",
    },
  ],
  [
    "the overlap is over",
    CREATED_MS + 8 * DAY_MS,
    { published: inOverlap },
    {
      action: "retire",
      reason: "the overlap of generation 3 was over on 2027-01-17T03:00:00Z",
      next: "rotate 2027-02-27T02:00:00Z: the period is over",
    },
  ],
  [
    "the previous secret is to go early",
    CREATED_MS + DAY_MS,
    { published: inOverlap, request: request("retire") },
    {
      action: "retire",
      reason: "removal of the previous secret requested: a test",
      next: "rotate 2027-02-27T02:00:00Z: the period is over",
    },
  ],
  [
    "a rotation is due",
    DUE_MS,
    {},
    {
      action: "rotate",
      reason: "due since 2027-02-27T02:00:00Z",
      next: "retire 2027-03-06T03:00:00Z: the overlap is over",
    },
  ],
  [
    "a rotation is asked for",
    CREATED_MS + DAY_MS,
    { request: request("rotate") },
    {
      action: "rotate",
      reason: "rotation requested: a test",
      next: "retire 2027-01-18T03:00:00Z: the overlap is over",
    },
  ],
  [
    "a rotation has just failed",
    DUE_MS + HOUR_MS,
    { memory: memory({ failure: failure({ attempts: 3 }) }) },
    {
      action: "wait",
      reason:
        "verification of generation 5 failed 3 times: transient: HTTP 503; tried again from 2027-02-27T06:00:00Z on",
      next: "rotate 2027-02-27T06:00:00Z: the next try",
    },
  ],
  [
    "a rotation is due, but held",
    DUE_MS + DAY_MS,
    { hold },
    {
      action: "hold",
      reason: "held until 2027-03-09T02:00:00Z: year's end",
      next: "rotate 2027-03-09T02:00:00Z: the period is over",
    },
  ],
  [
    "a leak is reported",
    CREATED_MS + DAY_MS,
    { request: request("revoke") },
    {
      action: "revoke",
      reason: "revocation requested: a test",
      next: "retire 2027-01-11T02:00:00Z: a revoked secret is deleted by the next update",
    },
  ],
  [
    "the previous secret is wanted back",
    CREATED_MS + DAY_MS,
    { published: inOverlap, request: request("rollback") },
    {
      action: "rollback",
      reason: "rollback requested: a test",
      next: "rotate 2027-01-18T03:00:00Z: a secret that was rolled back to is replaced soon",
    },
  ],
  [
    "the published secret does not work, and the previous one does",
    CREATED_MS + DAY_MS,
    { published: inOverlap, memory: memory({ broken }) },
    {
      action: "rollback",
      reason: "the published secret does not work: expired: AADSTS7000222",
      next: "rotate 2027-01-18T03:00:00Z: a secret that was rolled back to is replaced soon",
    },
  ],
  [
    "the published secret does not work, and there is no previous one",
    CREATED_MS + DAY_MS,
    { memory: memory({ broken }) },
    {
      action: "rotate",
      reason: "the published secret does not work: expired: AADSTS7000222",
      next: "retire 2027-01-18T03:00:00Z: the overlap is over",
    },
  ],
];

describe("a plan says what happens, why, and what comes next and when", () => {
  for (const [when, nowMs, over, expected] of CASES) {
    it(`when ${when}: ${expected.action}`, () => assert.deepEqual(told(planAt(nowMs, over)), expected));
  }

  it("for every action that there is", () => {
    const actions: Record<Action, true> = {
      create: true,
      rotate: true,
      revoke: true,
      rollback: true,
      retire: true,
      wait: true,
      hold: true,
      keep: true,
    };
    assert.deepEqual(
      [...new Set(CASES.map(([, , , { action }]) => action))].sort(),
      Object.keys(actions).sort(),
    );
  });

  it("and when what it said comes, that is what happens", () => {
    for (const [, nowMs, over] of CASES) {
      const { publish, next } = planAt(nowMs, over);
      // What a plan publishes is not known to be published: its next step belongs to another state.
      if (publish !== undefined) continue;
      const { request: _carriedOut, ...later } = over;
      const remembered = memory({ ...over.memory, retiredGeneration: planAt(nowMs, over).retiredGeneration });
      assert.equal(planAt(next.atMs, { ...later, memory: remembered }).action, next.action);
      assert.notEqual(planAt(next.atMs - 1000, { ...later, memory: remembered }).action, next.action);
    }
  });
});

describe("requests", () => {
  it("are carried out once", () => {
    for (const action of ["rotate", "revoke", "rollback", "retire"] as const) {
      const done = { memory: memory({ requests: ["request-1"] }), published: inOverlap };
      assert.equal(planAt(CREATED_MS + DAY_MS, { ...done, request: request(action) }).action, "keep");
      const inTags = { published: published({ previous: PREVIOUS, request: "request-1" }) };
      assert.equal(planAt(CREATED_MS + DAY_MS, { ...inTags, request: request(action) }).action, "keep");
    }
  });

  it("that are carried out are remembered with what is published, or by the stack", () => {
    const rotated = planAt(CREATED_MS + DAY_MS, { request: request("rotate") });
    assert.equal(rotated.publish?.request, "request-1");
    const retired = planAt(CREATED_MS + DAY_MS, { published: inOverlap, request: request("retire") });
    assert.deepEqual(retired.requestsDone, ["request-1"]);
  });

  it("to retire what is not there are done without a word", () => {
    const plan = planAt(CREATED_MS + DAY_MS, { request: request("retire") });
    assert.equal(plan.action, "keep");
    assert.deepEqual(plan.requestsDone, ["request-1"]);
  });

  it("wait for a leaked secret to be gone first", () => {
    const revoked = published({ previous: { ...PREVIOUS, retireAfterMs: CREATED_MS } });
    const plan = planAt(CREATED_MS + DAY_MS, { published: revoked, request: request("rotate") });
    assert.equal(plan.action, "retire");
    assert.equal(told(plan).next, "rotate 2027-01-11T02:00:00Z: rotate requested: a test");
    assert.deepEqual(plan.requestsDone, []);
  });
});

describe("nothing is planned", () => {
  it("if the vault has no secret that the stack has published", () => {
    assert.throws(
      () => planRotation(planInput({ published: undefined, memory: memory({ published: published() }) })),
      (error: unknown) => {
        assert.ok(error instanceof PlanRefusal);
        assert.equal(
          error.message,
          "the stack published generation 4 of mailman, but the vault has no such secret: " +
            "it was deleted, or this is another vault. Recover the deleted secret, then update again (docs/runbooks/lost-published-secret.md).",
        );
        return true;
      },
    );
  });

  it("if the vault publishes an older generation than the stack has published", () => {
    const known = memory({ published: published({ current: { ...CURRENT, generation: 5 } }) });
    assert.throws(
      () => planRotation(planInput({ memory: known })),
      /the stack published generation 5 of mailman, but the vault publishes generation 4: an older version was restored/,
    );
    // After a rollback the newest generation is the previous one.
    const rolledBack = published({ previous: { ...PREVIOUS, generation: 5 } });
    assert.equal(planRotation(planInput({ published: rolledBack, memory: known })).action, "keep");
  });

  it("for a credential whose tags cannot be believed: all of it stays as it was published", () => {
    const plan = planNothing(inOverlap, memory({ requests: ["request-1"] }), POLICY);
    assert.deepEqual(told(plan), {
      action: "keep",
      reason: "left as it is",
      next: "rotate 2027-02-27T02:00:00Z: the period is over",
    });
    assert.deepEqual(
      plan.slots.map(({ slot, generation }) => `${slot}${generation}`),
      ["b4", "a3"],
    );
    assert.deepEqual(plan.requestsDone, ["request-1"]);
    const retired = planNothing(inOverlap, memory({ retiredGeneration: 3 }), POLICY);
    assert.deepEqual(
      retired.slots.map(({ slot, generation }) => `${slot}${generation}`),
      ["b4"],
    );
  });
});
