import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const NAME = "mailman-office365";

function request(action: string, id: string): Record<string, string> {
  return { KEYTURN_REQUESTS: JSON.stringify({ [NAME]: { id, action, reason: "test" } }) };
}

describe("requests on the real engine", () => {
  it("rotates once per request, rolls back, and revokes at once, replacing a slot that is in its overlap", async (t) => {
    const stack = await keyturnStack(t, { seed: "requests" });
    const credential = async () => (await stack.credentials())[NAME];
    const keys = (objectId: string) =>
      stack.sandbox.store.state.entra.applications[objectId]?.passwordCredentials.map(({ keyId }) => keyId) ??
      [];
    await stack.mustUp();
    const first = await credential();

    await stack.mustUp(request("rotate", "r-1"));
    const second = await credential();
    assert.equal(second?.current?.generation, 2);
    assert.equal(second.tags?.request, "r-1");
    const repeated = await stack.preview(["--expect-no-changes"], request("rotate", "r-1"));
    assert.equal(repeated.exitCode, 0, repeated.stdout);

    await stack.mustUp(request("rollback", "r-2"));
    const back = await credential();
    assert.equal(back?.current?.keyId, first?.current?.keyId);
    assert.equal(back?.previous?.keyId, second.current.keyId);

    // Slot b holds generation 2 in its overlap: a leak is worse.
    await stack.mustUp(request("revoke", "r-3"));
    const revoked = await credential();
    assert.equal(revoked?.current?.generation, 3);
    assert.equal(revoked.current.slot, "b");
    assert.equal(revoked.previous?.keyId, first?.current?.keyId);
    await stack.mustUp();
    const alone = await credential();
    assert.equal(alone?.previous, undefined);
    assert.deepEqual(keys(alone?.applicationObjectId ?? ""), [revoked.current.keyId]);

    // A rotation is asked for in the stack's file or the environment; a credential that is not there is a mistake.
    const wrong = await stack.up({
      KEYTURN_REQUESTS: JSON.stringify({ nobody: { id: "r-4", action: "rotate", reason: "test" } }),
    });
    assert.notEqual(wrong.exitCode, 0);
    assert.match(
      wrong.stdout,
      /there is no credential "nobody"; known: mailman-office365, mailman-notifications/,
    );
    assert.doesNotMatch(wrong.stdout, /\bat .*\.ts:\d+/, "a user's mistake has no stack trace");
  });

  it("finds a secret that was deleted by hand, and repairs it by rotating", async (t) => {
    const stack = await keyturnStack(t, { seed: "repair" });
    await stack.mustUp();
    const first = (await stack.credentials())[NAME];
    await stack.sandbox.store.update((draft) => {
      const application = draft.entra.applications[first?.applicationObjectId ?? ""];
      if (application !== undefined) application.passwordCredentials = [];
    });
    await stack.sandbox.timeline.advance(DAY_MS);

    const found = await stack.up();
    assert.equal(found.exitCode, 1, "a broken credential makes the update red");
    assert.match(found.stdout, /mailman-office365: the published generation 1 does not work/);
    const broken = (await stack.credentials())[NAME];
    assert.equal(broken?.broken?.kind, "rejected");
    assert.equal(broken.current?.generation, 1);

    await stack.mustUp();
    const repaired = (await stack.credentials())[NAME];
    assert.equal(repaired?.current?.generation, 2);
    assert.equal(repaired.broken, undefined);
  });

  it("keeps what is published when a new secret is refused, says so, and tries again later", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "refused",
      settings: { verification: { successes: 3, pause: "0 seconds", window: "1 second" } },
    });
    await stack.mustUp();
    const before = await stack.credentials();
    await stack.sandbox.timeline.advance(51 * DAY_MS);
    await stack.sandbox.faults.add({
      match: { face: "https", operation: "login.token" },
      effect: { kind: "status", status: 503, body: "{}" },
    });
    const refused = await stack.up();
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stdout, /verification failed/);
    const after = await stack.credentials();
    assert.equal(after[NAME]?.version, before[NAME]?.version);
    assert.equal(after[NAME]?.failure?.attempts, 1);

    // Too early for another try: nothing is asked, nothing changes.
    await stack.sandbox.faults.clear();
    const early = await stack.up();
    assert.equal(early.exitCode, 1, "still a failed credential");
    assert.equal((await stack.credentials())[NAME]?.failure?.attempts, 1);

    await stack.sandbox.timeline.advance(2 * HOUR_MS);
    await stack.mustUp();
    const healed = (await stack.credentials())[NAME];
    assert.equal(healed?.current?.generation, 2);
    assert.equal(healed.failure, undefined);
  });
});
