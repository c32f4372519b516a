import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { consentedScopes } from "../../../../sandbox/entra/permission-grants.ts";
import { token, world } from "./world.ts";

const TYPE = token("ServicePrincipalDelegatedPermissionGrant");

describe("ServicePrincipalDelegatedPermissionGrant", () => {
  it("consents for everybody or for one user; scopes change in place", async () => {
    const w = await world();
    const ids = { clientId: w.one.servicePrincipalId, resourceId: w.graphPrincipalId };
    const inputs = {
      servicePrincipalObjectId: ids.clientId,
      resourceServicePrincipalObjectId: ids.resourceId,
    };
    const consented = (userId: string) => consentedScopes(w.store.state.entra, { ...ids, userId });
    const forAll = await w.driver.create(TYPE, { ...inputs, claimValues: ["Mail.Send"] });
    const forOne = await w.driver.create(TYPE, {
      ...inputs,
      claimValues: ["offline_access"],
      userObjectId: w.one.userId,
    });
    assert.deepEqual(consented(w.one.userId), ["Mail.Send", "offline_access"]);
    assert.deepEqual(consented(w.two.userId), ["Mail.Send"]);
    const { diff, after } = await w.driver.change(forAll, {
      ...inputs,
      claimValues: ["Mail.Send", "User.Read"],
    });
    assert.deepEqual(diff.detailedDiff, { "claimValues[1]": "ADD" });
    assert.deepEqual(consented(w.two.userId), ["Mail.Send", "User.Read"]);
    assert.deepEqual(await w.driver.refresh(after), after);
    await w.driver.remove(after);
    assert.deepEqual(consented(w.one.userId), ["offline_access"]);
    assert.deepEqual((await w.driver.diff(forOne, { ...inputs, claimValues: ["offline_access"] })).replaces, [
      "userObjectId",
    ]);
  });
});
