import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("CustomDirectoryRole");
const READ = "microsoft.directory/applications/standard/read";
const ROTATE = "microsoft.directory/applications/credentials/update";

describe("CustomDirectoryRole", () => {
  it("is defined, changed in place and deleted", async () => {
    const w = await world();
    const inputs = {
      displayName: "Credential rotator",
      enabled: true,
      version: "1.0",
      permissions: [{ allowedResourceActions: [READ] }],
    };
    const mine = await w.driver.create(TYPE, inputs);
    assert.equal(mine.id, `/roleManagement/directory/roleDefinitions/${mine.outputs.objectId}`);
    assert.equal(mine.outputs.templateId, mine.outputs.objectId);
    const { diff, after } = await w.driver.change(mine, {
      ...inputs,
      enabled: false,
      permissions: [{ allowedResourceActions: [READ, ROTATE] }],
    });
    assert.deepEqual(diff.detailedDiff, {
      enabled: "UPDATE",
      "permissions[0].allowedResourceActions[1]": "ADD",
    });
    const stored = w.store.state.entra.roleDefinitions[String(mine.outputs.objectId)];
    assert.deepEqual(stored?.rolePermissions, [{ allowedResourceActions: [READ, ROTATE] }]);
    assert.equal(stored?.isEnabled, false);
    assert.deepEqual(await w.driver.refresh(after), after);
    await w.driver.remove(after);
    assert.equal(await w.driver.refresh(after), undefined);
  });

  it("is not deleted while somebody holds it", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, {
      displayName: "held",
      enabled: true,
      version: "1",
      permissions: [{ allowedResourceActions: [READ] }],
    });
    await w.driver.create(token("DirectoryRoleAssignment"), {
      roleId: String(mine.outputs.objectId),
      principalObjectId: w.one.userId,
    });
    await assert.rejects(w.driver.remove(mine), /cannot be deleted while it is assigned/);
  });
});
