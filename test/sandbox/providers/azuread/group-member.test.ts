import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("GroupMember");

describe("GroupMember", () => {
  it("puts one into a group, sees it go, and takes it out", async () => {
    const w = await world();
    const inputs = { groupObjectId: w.one.groupId, memberObjectId: w.one.userId };
    const members = () => w.store.state.entra.groups[w.one.groupId]?.members;
    const mine = await w.driver.create(TYPE, inputs);
    assert.equal(mine.id, `${w.one.groupId}/member/${w.one.userId}`);
    assert.deepEqual(members(), [w.one.userId]);
    await assert.rejects(w.driver.create(TYPE, inputs), /already exist/);
    const { diff, after } = await w.driver.change(mine, { ...inputs, memberObjectId: w.two.groupId });
    assert.deepEqual(diff.replaces, ["memberObjectId"]);
    assert.deepEqual(members(), [w.two.groupId]);
    assert.deepEqual(await w.driver.refresh(after), after);
    await w.behindTheBack((entra) => {
      const group = entra.groups[w.one.groupId];
      if (group) group.members = [];
    });
    assert.equal(await w.driver.refresh(after), undefined);
  });

  it("is refused for a group or a member that is not there", async () => {
    const w = await world();
    const nobody = "00000000-0000-4000-8000-00000000dead";
    for (const inputs of [
      { groupObjectId: nobody, memberObjectId: w.one.userId },
      { groupObjectId: w.one.groupId, memberObjectId: nobody },
    ]) {
      await assert.rejects(w.driver.create(TYPE, inputs), new RegExp(`404.*${nobody}`));
    }
  });
});
