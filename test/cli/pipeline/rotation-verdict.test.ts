import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Effect } from "../../../cli/pipeline/effect.ts";
import { intentionsOf, urgencyOf } from "../../../cli/pipeline/intentions.ts";
import { judgeRotation } from "../../../cli/pipeline/rotation-verdict.ts";
import { unfulfilled } from "../../../cli/pipeline/update-and-verify.ts";
import type { CredentialOutput } from "../../../infra/credential-output.ts";
import type { PlanReport } from "../../../infra/plan-report.ts";

const effect = (name: string): Effect => ({
  operation: "update",
  type: "azuread:index/application:Application",
  name,
  credential: name,
  changed: ["displayName"],
  inputs: "0",
  what: [`Application ${name} is updated: displayName`],
});
const plan = (over: Partial<PlanReport> = {}): PlanReport => ({
  name: "mail",
  action: "keep",
  reason: "due later",
  refusals: [],
  consumers: [],
  next: { action: "rotate", at: "2026-06-01T00:00:00Z", reason: "" },
  ...over,
});

describe("the unattended rule", () => {
  it("applies what has no other effect", () => {
    assert.deepEqual(judgeRotation({ effects: [] }, undefined), { apply: true });
  });

  it("tells drift from what was merged and not deployed", () => {
    const verdict = judgeRotation(
      { effects: [effect("mail"), effect("post")] },
      { effects: [effect("post")] },
    );
    assert.ok(!verdict.apply);
    assert.deepEqual(
      verdict.foreign.map(({ name, origin }) => [name, origin]),
      [
        ["mail", "drift"],
        ["post", "undeployed"],
      ],
    );
  });

  it("says what is to be done, and nothing of what stays", () => {
    const publish = { slot: "b", generation: 2, expiresAt: "2026-08-01T00:00:00Z" };
    assert.deepEqual(
      intentionsOf([
        plan(),
        plan({ name: "post", action: "rotate", reason: "due since Monday", publish }),
        plan({ name: "fax", stopped: "its tags were edited" }),
      ]).map(({ credential, done, open }) => [credential, done, open]),
      [
        [
          "post",
          "post: rotated, to generation 2 (due since Monday)",
          "post: to be rotated, to generation 2 (due since Monday)",
        ],
        ["fax", "fax: left as it is: its tags were edited", "fax: left as it is: its tags were edited"],
      ],
    );
  });

  it("say how long there is time: until the first of what waits ends, or of all if nothing does", () => {
    const current = (expiresAt: string) => ({ slot: "a", generation: 1, keyId: "k", expiresAt });
    const [may, june] = [current("2026-05-31T08:00:00Z"), current("2026-06-30T08:00:00Z")];
    const first = plan({ name: "post", current: may });
    const waiting = plan({ name: "fax", action: "rotate", current: june });
    const ofFax = { isWaiting: true, credential: "fax", until: june.expiresAt };
    assert.deepEqual(urgencyOf([first, waiting]), ofFax);
    const ofPost = { isWaiting: false, credential: "post", until: may.expiresAt };
    assert.deepEqual(urgencyOf([plan({ current: june }), first]), ofPost);
    assert.equal(urgencyOf([plan()]), undefined, "nothing is published");
  });
});

describe("what was planned and did not come about", () => {
  const secret = {
    slot: "b" as const,
    generation: 2,
    keyId: "k",
    createdAt: "2026-05-01T00:00:00Z",
    expiresAt: "2026-08-01T00:00:00Z",
  };
  const output = (over: Partial<CredentialOutput>): Record<string, CredentialOutput> => ({
    mail: {
      clientId: "c",
      applicationObjectId: "o",
      vaultUri: "v",
      secretName: "mail",
      readers: [],
      ...over,
    },
  });
  const rotated = plan({
    action: "rotate",
    publish: { slot: "b", generation: 2, expiresAt: secret.expiresAt },
  });
  const previous = { ...secret, slot: "a" as const, generation: 1, retireAfter: "2026-05-08T00:00:00Z" };
  const retired = plan({ action: "retire", retiredGeneration: 1 });

  it("is nothing if it did", () => {
    assert.deepEqual(unfulfilled([rotated], output({ current: secret })), []);
    assert.deepEqual(
      unfulfilled([rotated], output({ current: { ...secret, generation: 3 } })),
      [],
      "a repair took two",
    );
    assert.deepEqual(unfulfilled([retired], output({ current: secret })), []);
    assert.deepEqual(unfulfilled([plan()], output({})), []);
  });

  it("names what is missing", () => {
    assert.match(
      unfulfilled([rotated], output({ current: { ...secret, generation: 1 } })).join(),
      /generation 2 was to be published, and generation 1 is/,
    );
    assert.match(unfulfilled([rotated], output({})).join(), /and nothing is/);
    assert.match(unfulfilled([rotated], {}).join(), /and nothing is/);
    assert.match(
      unfulfilled([retired], output({ current: secret, previous })).join(),
      /generation 1 was to be deleted/,
    );
  });

  it("leaves out what is told of already", () => {
    const failure = {
      generation: 2,
      kind: "rejected" as const,
      reason: "",
      attempts: 1,
      lastAttemptAt: secret.createdAt,
      settings: "",
    };
    assert.deepEqual(unfulfilled([rotated], output({ failure })), []);
    assert.deepEqual(unfulfilled([{ ...rotated, stopped: "edited" }], output({})), []);
  });
});
