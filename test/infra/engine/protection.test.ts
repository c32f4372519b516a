import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyturnStack } from "../../support/keyturn-stack.ts";

describe("the stack of production", () => {
  it("lives longer than dev's, and cannot be destroyed before it is unprotected", async (t) => {
    const stack = await keyturnStack(t, { seed: "protection", stackName: "prod" });
    await stack.mustUp();
    const credential = (await stack.credentials())["mailman-office365"];
    assert.equal(credential?.current?.expiresAt, "2025-06-30T00:00:00Z", "180 days");

    const refused = await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /protect/);
    const { applications } = stack.sandbox.store.state.entra;
    assert.ok(applications[credential.applicationObjectId], "the application is still there");

    const unprotected = await stack.run(["state", "unprotect", "--all", "--yes"]);
    assert.equal(unprotected.exitCode, 0, unprotected.stderr);
    const destroyed = await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroyed.exitCode, 0, destroyed.stdout + destroyed.stderr);
  });
});
