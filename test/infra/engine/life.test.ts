import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const NAME = "mailman-office365";

describe("the life of a credential on the real engine", () => {
  it("is created, left alone, rotated, retired, rotated into the first slot again, and destroyed", async (t) => {
    const stack = await keyturnStack(t, { seed: "life" });
    const { sandbox } = stack;

    await stack.mustUp();
    const first = (await stack.credentials())[NAME];
    assert.equal(first?.current?.slot, "a");
    assert.equal(first.current.generation, 1);
    assert.deepEqual(keysInEntra(stack.sandbox.store.state, first.applicationObjectId), [
      first.current.keyId,
    ]);

    const unchanged = await stack.preview(["--expect-no-changes"]);
    assert.equal(unchanged.exitCode, 0, unchanged.stdout);

    await sandbox.timeline.advance(51 * DAY_MS);
    await stack.mustUp();
    const second = (await stack.credentials())[NAME];
    assert.equal(second?.current?.slot, "b");
    assert.equal(second.current.generation, 2);
    assert.equal(second.previous?.keyId, first.current.keyId);
    assert.deepEqual(
      keysInEntra(sandbox.store.state, first.applicationObjectId).toSorted(),
      [first.current.keyId, second.current.keyId].toSorted(),
    );
    const again = await stack.preview(["--expect-no-changes"]);
    assert.equal(again.exitCode, 0, again.stdout);

    await sandbox.timeline.advance(8 * DAY_MS);
    await stack.mustUp();
    const retired = (await stack.credentials())[NAME];
    assert.equal(retired?.previous, undefined);
    assert.equal(retired?.version, second.version, "retiring publishes nothing");
    assert.deepEqual(keysInEntra(sandbox.store.state, first.applicationObjectId), [second.current.keyId]);

    // Two rotations late: one step all the same, and the slot that is free.
    await sandbox.timeline.advance(200 * DAY_MS);
    await stack.mustUp();
    const third = (await stack.credentials())[NAME];
    assert.equal(third?.current?.slot, "a");
    assert.equal(third.current.generation, 3);

    const destroyed = await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroyed.exitCode, 0, destroyed.stdout);
    assert.deepEqual(keysInEntra(sandbox.store.state, first.applicationObjectId), []);
  });
});

function keysInEntra(
  state: { entra: { applications: Record<string, { passwordCredentials: { keyId: string }[] }> } },
  objectId: string,
): string[] {
  return state.entra.applications[objectId]?.passwordCredentials.map(({ keyId }) => keyId) ?? [];
}
