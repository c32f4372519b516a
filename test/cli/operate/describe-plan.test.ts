import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describePlan } from "../../../cli/operate/describe-plan.ts";
import { DAY_MS } from "../../../infra/duration.ts";
import type { PlanInput } from "../../../infra/rotation/plan-types.ts";
import type { CredentialSettings } from "../../../infra/settings/schema.ts";
import {
  CREATED_MS,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  published,
  request,
} from "../../support/rotation-facts.ts";

function linesOf(over: Partial<PlanInput>, consumers: string[] = []): string[] {
  const known = over.published ?? published();
  return describePlan({
    settings: {
      name: "mailman",
      consumers: consumers.map((name) => ({ name })),
    } as unknown as CredentialSettings,
    policy: POLICY,
    plan: planAt(CREATED_MS + DAY_MS, { published: known, ...over }),
    published: known,
    memory: memory(),
    settingsDigest: "",
    stopped: undefined,
  });
}

describe("a plan that people decide on", () => {
  it("says who fails when a leaked secret is revoked", () => {
    assert.deepEqual(linesOf({ request: request("revoke") }, ["mail-sender", "archive"]), [
      "mailman: revoke: revocation requested: a test",
      "  makes, verifies and publishes generation 5 in slot a, which expires on 2027-04-11T02:00:00Z",
      "  deletes generation 4 at once: mail-sender, archive fail until they have read the new one",
      "  next: retire on 2027-01-11T02:00:00Z (a revoked secret is deleted by the next update)",
    ]);
    assert.match(linesOf({ request: request("revoke") }).join("\n"), /at once: consumers fail until/);
  });

  it("says how long the old secret works when one is rotated or rolled back", () => {
    assert.match(
      linesOf({ request: request("rotate") }).join("\n"),
      /\n {2}generation 4 keeps working until 2027-01-18T03:00:00Z\n/,
    );
    const back = linesOf({ request: request("rollback"), published: published({ previous: PREVIOUS }) });
    assert.match(
      back.join("\n"),
      /publishes again generation 3 in slot a.*\n {2}generation 4 keeps working until /,
    );
  });

  it("says what is replaced where a slot is still in its overlap", () => {
    const leaked = linesOf({ request: request("revoke"), published: published({ previous: PREVIOUS }) });
    assert.match(leaked.join("\n"), /generation 3 in slot a is replaced/);
  });
});
