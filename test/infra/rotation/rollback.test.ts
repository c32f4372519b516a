import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import { REPLACEMENT_SLACK_MS } from "../../../infra/rotation/policy.ts";
import {
  CREATED_MS,
  CURRENT,
  failure,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  published,
  request,
} from "../../support/rotation-facts.ts";

const NOW_MS = CREATED_MS + DAY_MS;
/** What a rollback needs of the previous secret's life: both overlaps, three updates and an hour. */
const NEEDED_MS = 2 * POLICY.overlapMs + REPLACEMENT_SLACK_MS + HOUR_MS;
const broken = { generation: 4, kind: "rejected" as const, reason: "wrong-secret: AADSTS7000215" };

const withPreviousUntil = (expiresAtMs: number) => published({ previous: { ...PREVIOUS, expiresAtMs } });
const rolledBack = (nowMs: number, expiresAtMs: number) =>
  planAt(nowMs, { published: withPreviousUntil(expiresAtMs), request: request("rollback") });

describe("a rollback that is asked for", () => {
  it("publishes the previous secret again, and keeps the other one for the overlap", () => {
    const { publish, slots, current } = rolledBack(NOW_MS, NOW_MS + NEEDED_MS);
    assert.deepEqual(publish, {
      secret: {
        slot: "a",
        generation: 3,
        createdAtMs: PREVIOUS.createdAtMs,
        expiresAtMs: NOW_MS + NEEDED_MS,
      },
      previous: {
        ...CURRENT,
        replacedAtMs: NOW_MS,
        retireAfterMs: NOW_MS + POLICY.overlapMs + HOUR_MS,
      },
      overlapMs: POLICY.overlapMs,
      splayDays: 3,
      // As soon as the slot beside it is free.
      rotateAfterMs: NOW_MS + POLICY.overlapMs + HOUR_MS,
      request: "request-1",
    });
    assert.deepEqual(current, CURRENT);
    assert.deepEqual(
      slots.map(({ slot, generation }) => `${slot}${generation}`),
      ["b4", "a3"],
      "no slot is replaced",
    );
  });

  it("needs life enough for both promises: a second too little is refused, and why", () => {
    assert.equal(rolledBack(NOW_MS, NOW_MS + NEEDED_MS).action, "rollback");
    const plan = rolledBack(NOW_MS, NOW_MS + NEEDED_MS - 1000);
    assert.equal(plan.action, "keep");
    assert.deepEqual(plan.refusals, [
      `mailman cannot be rolled back to generation 3: it expires on ${formatInstant(NOW_MS + NEEDED_MS - 1000)}, ` +
        "and a rollback needs 409 hours of life. Rotate instead.",
    ]);
  });

  it("is refused where there is no previous secret any more", () => {
    const refusal = "mailman cannot be rolled back: there is no previous secret any more. Rotate instead.";
    assert.deepEqual(planAt(NOW_MS, { request: request("rollback") }).refusals, [refusal]);
    const over = { published: published({ previous: PREVIOUS }), request: request("rollback") };
    assert.deepEqual(planAt(PREVIOUS.retireAfterMs, over).refusals, [refusal]);
  });

  it("is refused to a secret that Entra has refused, but not to one that it could not be asked about", () => {
    const to = (kind: "rejected" | "unavailable") =>
      planAt(NOW_MS, {
        published: withPreviousUntil(NOW_MS + NEEDED_MS),
        request: request("rollback"),
        memory: memory({ failure: failure({ kind, generation: 3 }) }),
      });
    assert.deepEqual(to("rejected").refusals, [
      "mailman cannot be rolled back to generation 3: Entra refuses that too. Rotate instead.",
    ]);
    assert.equal(to("unavailable").action, "rollback");
  });

  it("keeps what the readers of the first publication were promised, in whole days", () => {
    const policy = { ...POLICY, overlapMs: DAY_MS };
    const { publish } = planAt(NOW_MS, {
      policy,
      published: withPreviousUntil(NOW_MS + 60 * DAY_MS),
      request: request("rollback"),
    });
    // Six days and an hour are left of what they were promised.
    assert.equal(publish?.overlapMs, 7 * DAY_MS);
  });

  it("is followed by a retirement where the secret that it replaces expires first", () => {
    const current = { ...CURRENT, expiresAtMs: NOW_MS + 2 * DAY_MS };
    const { next } = planAt(NOW_MS, {
      published: published({ current, previous: { ...PREVIOUS, expiresAtMs: NOW_MS + 60 * DAY_MS } }),
      request: request("rollback"),
    });
    assert.deepEqual(next, { action: "retire", atMs: NOW_MS + 2 * DAY_MS, reason: "it expires" });
  });
});

describe("a published secret that does not work", () => {
  const repaired = (expiresAtMs: number, failed = memory({ broken })) =>
    planAt(NOW_MS, { published: withPreviousUntil(expiresAtMs), memory: failed });
  const LEAST_MS = POLICY.overlapMs + REPLACEMENT_SLACK_MS + HOUR_MS;

  it("gives way to the previous one, if that lives long enough, and else to a new one", () => {
    assert.equal(repaired(NOW_MS + LEAST_MS).action, "rollback");
    const plan = repaired(NOW_MS + LEAST_MS - 1000);
    assert.equal(plan.action, "rotate");
    assert.equal(
      plan.publish?.secret.slot,
      "a",
      "the published secret stays where it is: Entra may be wrong",
    );
  });

  it("is kept for as much of the overlap as the previous one's life allows", () => {
    assert.equal(repaired(NOW_MS + LEAST_MS).publish?.previous?.retireAfterMs, NOW_MS + HOUR_MS);
    assert.equal(
      repaired(NOW_MS + LEAST_MS + 3 * DAY_MS).publish?.previous?.retireAfterMs,
      NOW_MS + 3 * DAY_MS + HOUR_MS,
    );
    assert.equal(
      repaired(NOW_MS + LEAST_MS + 300 * DAY_MS).publish?.previous?.retireAfterMs,
      NOW_MS + POLICY.overlapMs + HOUR_MS,
    );
  });

  it("gives way to a new one if the previous one was refused too", () => {
    const both = memory({ broken, failure: failure({ kind: "rejected", generation: 3, settings: "other" }) });
    assert.equal(repaired(NOW_MS + 60 * DAY_MS, both).action, "rotate");
  });

  it("is left alone if Entra could only not be asked, or if another generation was meant", () => {
    for (const other of [
      { ...broken, kind: "unavailable" as const },
      { ...broken, generation: 3 },
    ]) {
      assert.equal(repaired(NOW_MS + 60 * DAY_MS, memory({ broken: other })).action, "keep");
    }
  });
});
