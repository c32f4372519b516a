import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("DirectoryRoleAssignment");
const APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";

describe("DirectoryRoleAssignment", () => {
  it("holds for the whole directory unless a scope is given", async () => {
    const w = await world();
    const inputs = { roleId: APPLICATION_ADMINISTRATOR, principalObjectId: w.one.userId };
    const mine = await w.driver.create(TYPE, inputs);
    assert.equal(mine.outputs.directoryScopeId, "/");
    assert.equal((await w.driver.diff(mine, { ...inputs, directoryScopeId: "/" })).changes, "DIFF_NONE");
    const scoped = await w.driver.change(mine, { ...inputs, directoryScopeId: `/${w.one.applicationId}` });
    assert.deepEqual(scoped.diff.replaces, ["directoryScopeId"]);
    const stored = Object.values(w.store.state.entra.roleAssignments);
    assert.deepEqual(
      stored.map(({ directoryScopeId }) => directoryScopeId),
      [`/${w.one.applicationId}`],
    );
    assert.deepEqual(await w.driver.refresh(scoped.after), scoped.after);
    await w.driver.remove(scoped.after);
    assert.equal(await w.driver.refresh(scoped.after), undefined);
  });

  it("is refused twice over, for nobody and for an unknown role", async () => {
    const w = await world();
    const inputs = { roleId: APPLICATION_ADMINISTRATOR, principalObjectId: w.one.userId };
    const nobody = "00000000-0000-4000-8000-00000000dead";
    await w.driver.create(TYPE, inputs);
    await assert.rejects(w.driver.create(TYPE, inputs), /conflicting object/);
    await assert.rejects(w.driver.create(TYPE, { ...inputs, principalObjectId: nobody }), new RegExp(nobody));
    await assert.rejects(w.driver.create(TYPE, { ...inputs, roleId: nobody }), new RegExp(nobody));
  });
});
