import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grantedAppRoles } from "../../../../sandbox/entra/app-role-assignments.ts";
import { token, world } from "./world.ts";

const TYPE = token("AppRoleAssignment");
const MAIL_SEND = "b633e1c5-b582-4048-a93e-9f11b44c7e96";
const MAIL_READ = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";

describe("AppRoleAssignment", () => {
  it("grants an application permission, which tokens then carry, until it is deleted", async () => {
    const w = await world();
    const granted = () => grantedAppRoles(w.store.state.entra, w.one.servicePrincipalId, w.graphPrincipalId);
    const mine = await w.driver.create(TYPE, {
      appRoleId: MAIL_SEND,
      principalObjectId: w.one.servicePrincipalId,
      resourceObjectId: w.graphPrincipalId,
    });
    assert.equal(mine.outputs.principalType, "ServicePrincipal");
    assert.equal(mine.outputs.principalDisplayName, "app one");
    assert.equal(mine.outputs.resourceDisplayName, "Microsoft Graph");
    assert.deepEqual(granted(), ["Mail.Send"]);
    assert.deepEqual(await w.driver.refresh(mine), mine);
    const { diff, after } = await w.driver.change(mine, { ...mine.inputs, appRoleId: MAIL_READ });
    assert.deepEqual(diff.detailedDiff, { appRoleId: "UPDATE_REPLACE" });
    assert.deepEqual(granted(), ["Mail.Read"]);
    await w.driver.remove(after);
    assert.deepEqual(granted(), []);
    assert.equal(await w.driver.refresh(after), undefined);
  });

  it("is refused for a permission that the resource does not publish", async () => {
    const w = await world();
    const inputs = {
      appRoleId: "70000000-0000-4000-8000-000000000001",
      principalObjectId: w.one.servicePrincipalId,
      resourceObjectId: w.graphPrincipalId,
    };
    await assert.rejects(w.driver.create(TYPE, inputs), /Permission being assigned was not found/);
  });
});
