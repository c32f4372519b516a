import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { removePassword } from "../../../sandbox/entra/passwords.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const rotation = { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "0 days" };
const settings = { credentials: [{ name: "mailman", application: { displayName: "Mailman" } }], rotation };

describe("a previous secret that is gone from Entra when its overlap is over, on the real engine", () => {
  it("is what the engine stumbles over, and the pipeline's rotation forgets", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "gone",
      nowMs: Date.parse("2026-03-02T08:00:00Z"),
      settings,
    });
    await stack.mustUp();
    await stack.sandbox.timeline.advance(46 * DAY_MS);
    await stack.mustUp();
    const { previous, applicationObjectId = "" } = (await stack.credentials()).mailman ?? {};
    assert.ok(previous !== undefined);
    await stack.sandbox.timeline.advance(8 * DAY_MS);
    await stack.sandbox.store.update(({ entra }) => {
      const application = entra.applications[applicationObjectId];
      assert.ok(application !== undefined);
      removePassword(application, previous.keyId);
    });
    const failed = await stack.up();
    assert.notEqual(failed.exitCode, 0);
    assert.match(failed.stdout, /No password credential found with keyId/);

    // A run of these tests may be a pipeline's itself.
    const env = { ...stack.env, GITHUB_ACTIONS: "", TF_BUILD: "", KEYTURN_NAMES: "", KEYTURN_REASON: "" };
    const rotated = await keyturn({ project: stack.project, env }, ["pipeline", "rotate"]);
    assert.equal(rotated.exitCode, 0, `${rotated.stdout}\n${rotated.stderr}`);
    assert.match(
      rotated.stderr,
      /Entra has no longer the secret mailman-a \(key [0-9a-f-]{36}\): forgotten\./,
    );
    assert.equal((await stack.credentials()).mailman?.previous, undefined);
    const calm = await stack.up();
    assert.match(calm.stdout, /Resources:\s+\d+ unchanged/);
  });
});
