import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { consequenceOf } from "../../../cli/preview/consequence.ts";
import { DAY_MS } from "../../../infra/duration.ts";
import { type PlanReport, planReport } from "../../../infra/plan-report.ts";
import type { CredentialSettings } from "../../../infra/settings/schema.ts";
import {
  EXPIRES_MS,
  memory,
  POLICY,
  planAt,
  published,
  request,
  SAFE_MS,
} from "../../support/rotation-facts.ts";

function reportAt(nowMs: number, over: Parameters<typeof planAt>[1] = {}): PlanReport {
  const settings = { name: "mailman", consumers: [] } as unknown as CredentialSettings;
  const plan = planAt(nowMs, over);
  const planned = {
    settings,
    policy: POLICY,
    plan,
    published: published(),
    memory: memory(),
    settingsDigest: "",
  };
  const [report] = planReport([{ ...planned, stopped: undefined }], nowMs);
  return report ?? assert.fail();
}

describe("what an update means for the services that run", () => {
  it("lets them work for the overlap after a rotation in time", () => {
    assert.deepEqual(consequenceOf(reportAt(SAFE_MS), []), {
      keepWorking: true,
      until: "2027-04-07T03:00:00Z",
      note: "those with generation 4 keep working until 2027-04-07, with generation 5 until 2027-06-29",
    });
  });

  it("promises nobody more than the secret's own end when a rotation comes late", () => {
    const { keepWorking, until } = consequenceOf(reportAt(EXPIRES_MS - DAY_MS), []);
    assert.deepEqual({ keepWorking, until }, { keepWorking: true, until: "2027-04-10T02:00:00Z" });
  });

  it("says that they have stopped, a second after the end and not a second before", () => {
    assert.equal(consequenceOf(reportAt(EXPIRES_MS - 1000), []).keepWorking, true);
    assert.deepEqual(consequenceOf(reportAt(EXPIRES_MS), []), {
      keepWorking: false,
      until: null,
      note: "generation 4 expired on 2027-04-10: those that have no other get no tokens until they have read generation 5, which works until 2027-07-09",
    });
  });

  it("says that nothing helps them while nothing new is published", () => {
    const hold = { untilMs: EXPIRES_MS + 9 * DAY_MS, reason: "a test", pastSafeDate: true };
    assert.equal(
      consequenceOf(reportAt(EXPIRES_MS + DAY_MS, { hold }), []).note,
      "generation 4 expired on 2027-04-10: those that have no other get no tokens",
    );
  });

  it("says whom a revocation breaks", () => {
    const revoked = consequenceOf(reportAt(SAFE_MS, { request: request("revoke") }), []);
    assert.deepEqual(revoked, {
      keepWorking: false,
      until: null,
      note: "generation 4 is deleted at once: they fail until they have read generation 5",
    });
  });
});
