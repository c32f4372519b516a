import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import type { Memory } from "../../../infra/rotation/memory.ts";
import { decideOutcome, type Verdict } from "../../../infra/rotation/outcome.ts";
import type { Plan, PlanInput } from "../../../infra/rotation/plan-types.ts";
import {
  CLIENT_ID,
  CREATED_MS,
  CURRENT,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  published,
  request,
} from "../../support/rotation-facts.ts";

const NOW_MS = CREATED_MS + DAY_MS;
const REFUSED: Verdict = { ok: false, kind: "unavailable", reason: "transient: HTTP 503" };

/** What the stack remembers after a plan, when Entra answers so. */
function rememberedAfter(plan: Plan, remembered: Memory, verdict: Verdict): Memory {
  const deciding = decideOutcome({
    ...{ credential: "mailman", clientId: CLIENT_ID, policy: POLICY, plan, memory: remembered },
    published: published(),
    settings: "as they were",
    nowMs: NOW_MS,
    splayDays: 0,
    records: {
      candidate: plan.publish && { ...plan.publish.secret, keyId: PREVIOUS.keyId },
      current: CURRENT,
    },
    candidateMadeAtMs: NOW_MS,
  });
  let step = deciding.next();
  while (!step.done) step = deciding.next(step.value.role === "candidate" ? verdict : { ok: true });
  return step.value.memory;
}

describe("a command's request that the stack remembers", () => {
  const leak = request("revoke", "leak");
  const noted = memory({ pending: leak });

  it("is carried out by the next update, whoever runs it", () => {
    const plan = planAt(NOW_MS, { memory: noted });
    assert.equal(plan.action, "revoke");
    assert.equal(plan.publish?.request, "leak");
    const after = rememberedAfter(plan, noted, { ok: true });
    assert.equal(after.pending, undefined);
    assert.deepEqual(after.requests, ["leak"]);
  });

  it("is kept while its secret cannot be proved, with the failure, and tried again by each update", () => {
    const after = rememberedAfter(planAt(NOW_MS, { memory: noted }), noted, REFUSED);
    assert.deepEqual(after.pending, leak);
    assert.equal(after.failure?.attempts, 1);
    const next = planAt(NOW_MS + DAY_MS, { memory: after });
    assert.equal(next.action, "revoke");
    assert.match(next.reason, /^revocation requested: a test/);
  });

  it("is kept by the very update that it was asked of, too", () => {
    const plan = planAt(NOW_MS, { memory: noted, request: { ...leak } });
    assert.deepEqual(rememberedAfter(plan, noted, REFUSED).pending, leak);
  });

  it("is not carried out twice by an update that died after it had published", () => {
    const plan = planAt(NOW_MS, { memory: noted, published: published({ request: "leak" }) });
    assert.equal(plan.action, "keep");
    assert.equal(rememberedAfter(plan, noted, { ok: true }).pending, undefined);
  });

  it("gives way to what is asked for after it, but a revocation only to another one", () => {
    const chosen = (pending: Memory["pending"], asked: PlanInput["request"]) => {
      const plan = planAt(NOW_MS, { memory: memory({ pending }), request: asked });
      return [plan.publish?.request, plan.pending?.id];
    };
    assert.deepEqual(chosen(request("rotate", "old"), request("rotate", "new")), ["new", undefined]);
    assert.deepEqual(chosen(leak, request("rotate", "new")), ["leak", "leak"]);
    assert.deepEqual(chosen(leak, request("revoke", "new")), ["new", undefined]);
  });

  it("is told of once and dropped if it cannot be done", () => {
    const back = memory({ pending: request("rollback", "back") });
    const plan = planAt(NOW_MS, { memory: back });
    assert.match(plan.refusals.join(), /cannot be rolled back/);
    assert.equal(rememberedAfter(plan, back, { ok: true }).pending, undefined);
  });

  it("waits for its slot, and for a clock that is right", () => {
    const waiting = memory({ pending: request("rotate", "later") });
    const inOverlap = { memory: waiting, published: published({ previous: PREVIOUS }) };
    assert.equal(planAt(NOW_MS, inOverlap).pending?.id, "later");
    assert.equal(planAt(PREVIOUS.retireAfterMs, inOverlap).action, "rotate");
    const behind = planAt(CREATED_MS - DAY_MS, {
      memory: memory({ pending: request("rollback", "back") }),
      published: published({ previous: PREVIOUS }),
    });
    assert.equal(behind.pending?.id, "back");
  });

  it("does not come back once another request has taken its place", () => {
    const earlier = {
      memory: memory({ pending: request("retire", "earlier") }),
      request: request("retire", "now"),
    };
    const plan = planAt(NOW_MS, earlier);
    assert.deepEqual([plan.pending, plan.requestsDone.includes("now")], [undefined, true]);
  });
});
