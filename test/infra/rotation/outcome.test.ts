import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import {
  type Decision,
  decideOutcome,
  type OutcomeInput,
  type Question,
  type Verdict,
} from "../../../infra/rotation/outcome.ts";
import type { PlanInput } from "../../../infra/rotation/plan-types.ts";
import {
  CLIENT_ID,
  CREATED_MS,
  CURRENT,
  DUE_MS,
  failure,
  KEY_ID,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  published,
  request,
} from "../../support/rotation-facts.ts";

const OK: Verdict = { ok: true };
const REJECTED: Verdict = { ok: false, kind: "rejected", reason: "wrong-secret: AADSTS7000215" };
const UNAVAILABLE: Verdict = { ok: false, kind: "unavailable", reason: "transient: HTTP 503" };

/** The outcome's input for the plan of a moment, with the candidate as the plan wants it. */
function inputAt(
  nowMs: number,
  over: Partial<PlanInput> = {},
  more: Partial<OutcomeInput> = {},
): OutcomeInput {
  const plan = planAt(nowMs, over);
  const candidate = plan.publish?.secret;
  return {
    credential: "mailman",
    clientId: CLIENT_ID,
    policy: POLICY,
    plan,
    published: "published" in over ? over.published : published(),
    memory: over.memory ?? memory(),
    settings: "as they are now",
    nowMs,
    splayDays: 2,
    records: {
      candidate: candidate === undefined ? undefined : { ...candidate, keyId: KEY_ID[candidate.slot] },
      current: plan.current,
    },
    candidateMadeAtMs: candidate?.createdAtMs,
    ...more,
  };
}

/** Runs it to its end, with these answers to what it asks. */
function decided(input: OutcomeInput, ...verdicts: Verdict[]): { asked: Question[]; decision: Decision } {
  const deciding = decideOutcome(input);
  const asked: Question[] = [];
  let step = deciding.next();
  while (!step.done) {
    asked.push(step.value);
    const verdict = verdicts[asked.length - 1];
    assert.ok(verdict, `nobody answers ${JSON.stringify(step.value)}`);
    step = deciding.next(verdict);
  }
  return { asked, decision: step.value };
}

describe("a new secret that passes verification", () => {
  it("is published with its own dates, and the one before it as the previous", () => {
    const { asked, decision } = decided(inputAt(DUE_MS), OK);
    assert.deepEqual(asked, [{ role: "candidate", purpose: "publish" }]);
    assert.equal(decision.value, "candidate");
    assert.deepEqual(decision.published, {
      credential: "mailman",
      clientId: CLIENT_ID,
      current: {
        slot: "a",
        generation: 5,
        keyId: KEY_ID.a,
        createdAtMs: DUE_MS,
        expiresAtMs: DUE_MS + POLICY.lifetimeMs,
      },
      rotateAfterMs: DUE_MS + POLICY.periodMs + 2 * DAY_MS,
      splayDays: 2,
      overlapMs: POLICY.overlapMs,
      previous: {
        ...CURRENT,
        replacedAtMs: DUE_MS,
        retireAfterMs: DUE_MS + POLICY.overlapMs + HOUR_MS,
      },
      request: undefined,
    });
  });

  it("counts its period from the day on which it was made, by an update that died as well", () => {
    const input = inputAt(DUE_MS);
    const madeMs = DUE_MS - 5 * HOUR_MS;
    const candidate = { ...CURRENT, slot: "a" as const, generation: 5, createdAtMs: madeMs };
    const { decision } = decided(
      { ...input, records: { ...input.records, candidate }, candidateMadeAtMs: madeMs },
      OK,
    );
    assert.equal(decision.published?.rotateAfterMs, madeMs + POLICY.periodMs + 2 * DAY_MS);
  });

  it("clears what was remembered of failures, and remembers the request", () => {
    const failed = memory({
      failure: failure({ settings: "other" }),
      broken: { generation: 4, kind: "rejected", reason: "" },
      retiredGeneration: 3,
      requests: ["an older one"],
    });
    const { decision } = decided(
      inputAt(CREATED_MS + DAY_MS, { memory: failed, request: request("revoke") }),
      OK,
    );
    assert.deepEqual(decision.memory, {
      published: undefined,
      retiredGeneration: undefined,
      failure: undefined,
      broken: undefined,
      firstPublishedAtMs: CREATED_MS,
      requests: ["an older one", "request-1"],
      pending: undefined,
    });
  });
});

describe("the first publication", () => {
  it("is remembered for good; for a credential that is older than that memory, the earliest that is known", () => {
    const first = decided(inputAt(DUE_MS, { published: undefined }), OK).decision.memory;
    assert.equal(first.firstPublishedAtMs, DUE_MS);
    const later = decided(inputAt(DUE_MS, { memory: first }), OK).decision.memory;
    assert.equal(later.firstPublishedAtMs, DUE_MS);
    const unknown = { published: published({ previous: PREVIOUS }), request: request("revoke") };
    assert.equal(
      decided(inputAt(CREATED_MS + DAY_MS, unknown), OK).decision.memory.firstPublishedAtMs,
      PREVIOUS.createdAtMs,
    );
  });
});

describe("a new secret that does not pass verification", () => {
  for (const refused of [REJECTED, UNAVAILABLE] as const) {
    it(`is not published (${refused.kind}): what was published stays, and is watched over`, () => {
      const { asked, decision } = decided(inputAt(DUE_MS), refused, OK);
      assert.deepEqual(asked, [
        { role: "candidate", purpose: "publish" },
        { role: "current", purpose: "watch" },
      ]);
      assert.equal(decision.value, "current");
      assert.deepEqual(decision.published, published());
      assert.deepEqual(decision.memory.failure, {
        generation: 5,
        kind: refused.kind,
        reason: refused.reason,
        attempts: 1,
        lastAttemptAtMs: DUE_MS,
        settings: "as they are now",
      });
    });
  }

  it("is counted", () => {
    const failed = memory({ failure: failure({ attempts: 3, settings: "other" }) });
    const { decision } = decided(inputAt(DUE_MS, { memory: failed }), UNAVAILABLE, OK);
    assert.equal(decision.memory.failure?.attempts, 4);
  });

  it("leaves nothing published before the first publication", () => {
    const { asked, decision } = decided(inputAt(DUE_MS, { published: undefined }), REJECTED);
    assert.equal(asked.length, 1);
    assert.equal(decision.published, undefined);
    assert.equal(decision.value, undefined);
    assert.equal(decision.memory.failure?.generation, 1);
  });
});

describe("a secret by a wrong clock", () => {
  const madeAt = (offsetMs: number, over: Partial<PlanInput> = {}) =>
    inputAt(DUE_MS, over, { candidateMadeAtMs: DUE_MS + offsetMs });
  const most = DAY_MS + HOUR_MS;

  it("is not even verified if Entra made it more than a day and an hour before or after its plan", () => {
    for (const offsetMs of [-most, most]) {
      assert.equal(decided(madeAt(offsetMs), OK).decision.value, "candidate");
    }
    for (const offsetMs of [-most - 1000, most + 1000]) {
      const { asked, decision } = decided(madeAt(offsetMs), OK);
      assert.deepEqual(asked, [{ role: "current", purpose: "watch" }]);
      assert.equal(decision.memory.failure?.kind, "rejected");
      assert.match(decision.memory.failure?.reason ?? "", /the clock that the plan was made by is wrong/);
    }
  });

  it("is published all the same in an emergency", () => {
    const inOverlap = published({ previous: { ...PREVIOUS, expiresAtMs: DUE_MS + 90 * DAY_MS } });
    const broken = memory({ broken: { generation: 4, kind: "rejected", reason: "" } });
    for (const over of [
      { request: request("revoke") },
      { memory: broken },
      { published: inOverlap, request: request("revoke") },
    ]) {
      assert.equal(decided(madeAt(400 * DAY_MS, over), OK).decision.value, "candidate");
    }
  });
});

describe("when nothing new is published", () => {
  it("what is published is watched over, and stays to the letter", () => {
    const { asked, decision } = decided(inputAt(CREATED_MS + DAY_MS), OK);
    assert.deepEqual(asked, [{ role: "current", purpose: "watch" }]);
    assert.deepEqual(decision, {
      value: "current",
      published: published(),
      mayMove: false,
      keepAsItIs: false,
      memory: memory(),
    });
  });

  it("a secret that stopped working is remembered, with the reason; one that works again is not", () => {
    const { decision } = decided(inputAt(CREATED_MS + DAY_MS), REJECTED);
    assert.deepEqual(decision.memory.broken, {
      generation: 4,
      kind: "rejected",
      reason: REJECTED.ok ? "" : REJECTED.reason,
    });
    assert.deepEqual(decision.published, published());
    const again = memory({ broken: { generation: 4, kind: "unavailable", reason: "" } });
    assert.equal(
      decided(inputAt(CREATED_MS + DAY_MS, { memory: again }), OK).decision.memory.broken,
      undefined,
    );
  });

  it("a retirement is remembered, for the engine deletes last", () => {
    const inOverlap = { published: published({ previous: PREVIOUS }) };
    const { decision } = decided(inputAt(PREVIOUS.retireAfterMs, inOverlap), OK);
    assert.equal(decision.memory.retiredGeneration, 3);
  });

  it("a failure is remembered while its secret is wanted, and no longer", () => {
    const failed = { memory: memory({ failure: failure() }), settings: "as they were" };
    const waiting = decided(inputAt(DUE_MS, failed), OK).decision;
    assert.deepEqual(waiting.memory.failure, failure());
    const settled = decided(inputAt(CREATED_MS + DAY_MS, failed), OK).decision;
    assert.equal(settled.memory.failure, undefined);
  });

  it("and nothing was ever published, nothing is asked", () => {
    const first = {
      published: undefined,
      memory: memory({ failure: failure({ generation: 1 }) }),
      settings: "as they were",
    };
    const { asked, decision } = decided(inputAt(DUE_MS, first));
    assert.deepEqual(asked, []);
    assert.equal(decision.published, undefined);
  });
});

describe("a secret that is to be published in another vault", () => {
  const moving = (nowMs: number) => inputAt(nowMs, {}, { isToMove: true });

  it("is proved like a new one, although it is published already", () => {
    const { asked, decision } = decided(moving(CREATED_MS + DAY_MS), OK);
    assert.deepEqual(asked, [{ role: "current", purpose: "publish" }]);
    assert.equal(decision.mayMove, true);
    assert.deepEqual(decision.published, published());
  });

  it("stays where it is if it does not work, or cannot be asked about", () => {
    for (const verdict of [REJECTED, UNAVAILABLE]) {
      const { decision } = decided(moving(CREATED_MS + DAY_MS), verdict);
      assert.equal(decision.mayMove, false);
      assert.equal(decision.memory.broken?.kind, verdict.ok ? undefined : verdict.kind);
    }
  });

  it("may be a new one, which is proved anyway; if that fails, it is the one that is published", () => {
    const rotated = decided(moving(DUE_MS), OK);
    assert.deepEqual(rotated.asked, [{ role: "candidate", purpose: "publish" }]);
    assert.equal(rotated.decision.mayMove, true);
    const failed = decided(moving(DUE_MS), REJECTED, OK);
    assert.deepEqual(failed.asked[1], { role: "current", purpose: "publish" });
    assert.equal(failed.decision.mayMove, true);
  });

  it("is none before the first publication", () => {
    const input = inputAt(DUE_MS, { published: undefined }, { isToMove: true });
    assert.equal(decided(input, REJECTED).decision.mayMove, false);
  });
});

describe("a published secret whose key was deleted and made again", () => {
  const remade = { ...CURRENT, keyId: "cccccccc-cccc-4ccc-8ccc-cccccccccccc" };
  const input = () => {
    const each = inputAt(CREATED_MS + DAY_MS);
    return { ...each, records: { ...each.records, current: remade } };
  };

  it("is proved like a new one before it is published again", () => {
    const { asked, decision } = decided(input(), OK);
    assert.deepEqual(asked, [{ role: "current", purpose: "publish" }]);
    assert.deepEqual(decision.published, published({ current: remade }));
  });

  it("is not if it is not: the vault stays as it is, other credentials go on, and the next update repairs it", () => {
    for (const verdict of [REJECTED, UNAVAILABLE]) {
      const { decision } = decided(input(), verdict);
      assert.deepEqual([decision.keepAsItIs, decision.value], [true, undefined]);
      assert.deepEqual(decision.published, published());
      const { broken } = decision.memory;
      assert.match(broken?.reason ?? "", /^it had been deleted and was made again, but that does not pass/);
      const repair = planAt(CREATED_MS + DAY_MS, { memory: decision.memory });
      assert.deepEqual([repair.action, repair.publish?.secret.generation], ["rotate", 5]);
    }
  });
});
