import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ForecastAction, forecast, forecastLines } from "../../../cli/status/forecast.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import type { PlannedCredential } from "../../../infra/plan-credentials.ts";
import type { Memory } from "../../../infra/rotation/memory.ts";
import type { PlanInput } from "../../../infra/rotation/plan-types.ts";
import type { CredentialSettings } from "../../../infra/settings/schema.ts";
import {
  CREATED_MS,
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

/** The plan of a credential that remembers this, as the program makes it. */
function planWith(over: Partial<PlanInput> = {}) {
  return (remembered: Memory, nowMs: number): PlannedCredential => ({
    settings: { name: "mailman", consumers: [] } as unknown as CredentialSettings,
    policy: POLICY,
    plan: planAt(nowMs, { ...over, memory: remembered, published: remembered.published }),
    published: remembered.published,
    memory: remembered,
    settingsDigest: "as they were",
    stopped: undefined,
  });
}

function actionsBetween(nowMs: number, untilMs: number, known: Partial<Memory>, over?: Partial<PlanInput>) {
  return forecast({ memory: memory(known), plan: planWith(over), nowMs, untilMs });
}

const brief = (actions: readonly ForecastAction[]) =>
  actions.map(({ at, action, generation }) => `${at.slice(0, 16)} ${action} ${generation}`);

describe("what will happen by a date", () => {
  it("is one rotation after the other, each with its publication and its retirement", () => {
    const nowMs = CREATED_MS + DAY_MS;
    const actions = actionsBetween(nowMs, nowMs + 110 * DAY_MS, {
      published: published({ previous: PREVIOUS }),
    });
    assert.deepEqual(brief(actions), [
      "2027-01-18T02:00 retire 3",
      "2027-02-27T02:00 rotate 5",
      "2027-02-27T02:00 publish 5",
      "2027-03-07T02:00 retire 4",
      "2027-04-16T02:00 rotate 6",
      "2027-04-16T02:00 publish 6",
      "2027-04-24T02:00 retire 5",
    ]);
    assert.equal(
      forecastLines(actions)[2],
      "  2027-02-27T02:00:00Z  publish   generation 5 in slot a: works until 2027-05-28T02:00:00Z",
    );
  });

  it("is nothing before the first of them, and all of it at that second", () => {
    const known = { published: published() };
    const nowMs = CREATED_MS + DAY_MS;
    assert.deepEqual(actionsBetween(nowMs, DUE_MS - 1000, known), []);
    assert.equal(actionsBetween(nowMs, DUE_MS, known).length, 2);
    assert.deepEqual(forecastLines([]), ["  nothing"]);
  });

  it("is done by the update of the day, not at the second at which it falls due", () => {
    const [first] = actionsBetween(CREATED_MS + 5 * HOUR_MS, DUE_MS + DAY_MS, { published: published() });
    assert.equal(first?.at, formatInstant(DUE_MS + 5 * HOUR_MS));
  });

  it("is an expiry where a hold takes the risk, and a rotation right after the hold", () => {
    const hold = { untilMs: EXPIRES_MS + 3 * DAY_MS, reason: "freeze", pastSafeDate: true };
    const actions = actionsBetween(DUE_MS, EXPIRES_MS + 4 * DAY_MS, { published: published() }, { hold });
    assert.deepEqual(brief(actions), [
      "2027-04-10T02:00 expire 4",
      "2027-04-13T02:00 rotate 5",
      "2027-04-13T02:00 publish 5",
      // Nobody is promised anything of a secret that has expired.
      "2027-04-14T02:00 retire 4",
    ]);
  });

  it("is a rotation at the safe date where a hold would last longer", () => {
    const hold = { untilMs: EXPIRES_MS, reason: "freeze", pastSafeDate: false };
    const [first] = actionsBetween(DUE_MS, EXPIRES_MS, { published: published() }, { hold });
    assert.equal(`${first?.at} ${first?.action}`, `${formatInstant(SAFE_MS)} rotate`);
  });

  it("begins with what is asked for, a revocation with its deletion at once", () => {
    const asked = { request: request("revoke") };
    const nowMs = CREATED_MS + 9 * DAY_MS;
    assert.deepEqual(brief(actionsBetween(nowMs, nowMs + DAY_MS, { published: published() }, asked)), [
      "2027-01-19T02:00 revoke 5",
      "2027-01-19T02:00 publish 5",
      "2027-01-19T02:00 retire 4",
    ]);
    const back = { request: request("rollback") };
    const known = { published: published({ previous: PREVIOUS }) };
    assert.deepEqual(brief(actionsBetween(CREATED_MS + DAY_MS, CREATED_MS + 2 * DAY_MS, known, back)), [
      "2027-01-11T02:00 rollback 3",
      "2027-01-11T02:00 publish 3",
    ]);
  });

  it("is a first publication, and the next try after one that failed", () => {
    assert.deepEqual(brief(actionsBetween(CREATED_MS, CREATED_MS + DAY_MS, {})), [
      "2027-01-10T02:00 create 1",
      "2027-01-10T02:00 publish 1",
    ]);
    const failed = { published: published(), failure: failure({ attempts: 6 }) };
    const [next] = actionsBetween(DUE_MS + HOUR_MS, DUE_MS + 9 * DAY_MS, failed);
    assert.equal(next?.action, "rotate");
    assert.equal(
      next.at,
      formatInstant(DUE_MS + HOUR_MS + 2 * DAY_MS),
      "32 hours, and the next daily update",
    );
  });

  it("is the same whether quiet days are played or passed over", () => {
    const known = { published: published({ previous: PREVIOUS }) };
    const nowMs = CREATED_MS + DAY_MS;
    const untilMs = nowMs + 800 * DAY_MS;
    const plan = planWith();
    const daily = (remembered: Memory, atMs: number): PlannedCredential => {
      const planned = plan(remembered, atMs);
      return { ...planned, plan: { ...planned.plan, next: { ...planned.plan.next, atMs } } };
    };
    assert.deepEqual(
      forecast({ memory: memory(known), plan, nowMs, untilMs }),
      forecast({ memory: memory(known), plan: daily, nowMs, untilMs }),
    );
  });
});
