import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("ApplicationOwner");

describe("ApplicationOwner", () => {
  it("adds one owner, sees it go, and takes it away", async () => {
    const w = await world();
    const inputs = { applicationId: `/applications/${w.one.applicationId}`, ownerObjectId: w.one.userId };
    const owners = () => w.store.state.entra.applications[w.one.applicationId]?.owners;
    const mine = await w.driver.create(TYPE, inputs);
    assert.equal(mine.id, `/applications/${w.one.applicationId}/owners/${w.one.userId}`);
    assert.deepEqual(owners(), [w.one.userId]);
    assert.deepEqual(await w.driver.refresh(mine), mine);
    await assert.rejects(w.driver.create(TYPE, inputs), /already exist/);
    await w.driver.remove(mine);
    assert.deepEqual(owners(), []);
    assert.equal(await w.driver.refresh(mine), undefined);
  });

  it("is replaced by a change of either input", async () => {
    const w = await world();
    const applicationId = `/applications/${w.one.applicationId}`;
    const mine = await w.driver.create(TYPE, { applicationId, ownerObjectId: w.one.userId });
    const { diff } = await w.driver.change(mine, { applicationId, ownerObjectId: w.two.servicePrincipalId });
    assert.deepEqual(diff.replaces, ["ownerObjectId"]);
    assert.deepEqual(w.store.state.entra.applications[w.one.applicationId]?.owners, [
      w.two.servicePrincipalId,
    ]);
  });
});
