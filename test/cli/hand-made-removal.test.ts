import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusalToRemove } from "../../cli/operate/hand-made-removal.ts";
import { credentialOutput } from "../../infra/credential-output.ts";
import { DAY_MS } from "../../infra/duration.ts";
import type { Memory } from "../../infra/rotation/memory.ts";
import type { Published } from "../../infra/rotation/published.ts";
import {
  CREATED_MS,
  EXPIRES_MS,
  failure,
  memory,
  POLICY,
  PREVIOUS,
  published,
} from "../support/rotation-facts.ts";
import { ID } from "../support/settings-facts.ts";

function refusal(
  nowMs: number,
  remembered: Partial<Memory>,
  over: Partial<Published> = {},
  stopped?: string,
): string | undefined {
  const facts = { clientId: ID, applicationObjectId: ID, vaultUri: "", version: "1", consumers: [], stopped };
  const output = credentialOutput("mailman", facts, published(over), memory(remembered));
  return refusalToRemove("mailman", output, POLICY, nowMs);
}

describe("secrets that people made on a managed application", () => {
  const first = { firstPublishedAtMs: CREATED_MS };

  it("are kept for the overlap from the first publication on, to the second", () => {
    const untilMs = CREATED_MS + POLICY.overlapMs;
    assert.equal(
      refusal(untilMs - 1000, first),
      "mailman was published first on 2027-01-10T02:00:00Z: its consumers have until 2027-01-17T02:00:00Z to change over",
    );
    assert.equal(refusal(untilMs, first), undefined);
  });

  it("are kept for it through a rotation as well: a second generation is no reason to delete them", () => {
    const second = { previous: { ...PREVIOUS, createdAtMs: CREATED_MS - DAY_MS } };
    const remembered = { firstPublishedAtMs: CREATED_MS - DAY_MS };
    assert.match(refusal(CREATED_MS + DAY_MS, remembered, second) ?? "", /until 2027-01-16T02:00:00Z/);
    // Nobody wrote down when that was: the earliest publication that is known.
    assert.match(refusal(CREATED_MS + DAY_MS, {}, second) ?? "", /first on 2027-01-09T02:00:00Z/);
    assert.match(refusal(CREATED_MS + DAY_MS, {}) ?? "", /first on 2027-01-10T02:00:00Z/);
  });

  it("are kept while it is not certain that the published one works", () => {
    const nowMs = CREATED_MS + 30 * DAY_MS;
    const because =
      /^the secrets that people made may be all that works of mailman: .* Put that right first\.$/;
    const rejected = { generation: 4, kind: "rejected" as const, reason: "wrong-secret" };
    for (const found of [
      refusal(nowMs, { ...first, broken: rejected }),
      refusal(nowMs, { ...first, broken: { ...rejected, kind: "unavailable" } }),
      refusal(nowMs, { ...first, failure: failure() }),
      refusal(nowMs, first, {}, "the tags were changed"),
      refusal(EXPIRES_MS, first),
    ]) {
      assert.match(found ?? "", because);
    }
    assert.equal(refusal(nowMs, first), undefined);
  });
});
