import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("Group");

describe("Group", () => {
  it("belongs to whoever makes it, unless owners are given", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, { displayName: "responders", securityEnabled: true });
    assert.deepEqual(mine.outputs.owners, [w.store.state.host.deployer?.principalId]);
    assert.match(String(mine.outputs.mailNickname), /^[0-9a-f]{8}-[0-9a-f]$/);
    assert.equal(mine.id, `/groups/${mine.outputs.objectId}`);
    const theirs = await w.driver.create(TYPE, {
      displayName: "r",
      securityEnabled: true,
      owners: [w.one.userId],
    });
    assert.deepEqual(theirs.outputs.owners, [w.one.userId]);
    assert.deepEqual(await w.driver.refresh(mine), mine);
  });

  it("keeps members that others added where the program names none, and not where it does", async () => {
    const w = await world();
    const open = await w.driver.create(TYPE, { displayName: "open", securityEnabled: true });
    const closed = await w.driver.create(TYPE, {
      displayName: "closed",
      securityEnabled: true,
      members: [w.one.userId],
    });
    await w.behindTheBack((entra) => {
      for (const { outputs } of [open, closed])
        entra.groups[String(outputs.objectId)]?.members.push(w.two.userId);
    });
    const [seenOpen, seenClosed] = [await w.driver.refresh(open), await w.driver.refresh(closed)];
    assert.ok(seenOpen && seenClosed);
    assert.equal(
      (await w.driver.diff(seenOpen, { displayName: "open", securityEnabled: true })).changes,
      "DIFF_NONE",
    );
    const { diff, after } = await w.driver.change(seenClosed, {
      displayName: "closed",
      securityEnabled: true,
      members: [w.one.userId],
    });
    assert.deepEqual(diff.detailedDiff, { "members[1]": "DELETE" });
    assert.deepEqual(after.outputs.members, [w.one.userId]);
  });

  it("is a mail group of Microsoft 365 only as a whole", async () => {
    const w = await world();
    const unified = {
      displayName: "sell-mail",
      mailEnabled: true,
      mailNickname: "sell-mail",
      securityEnabled: true,
      types: ["Unified"],
      owners: [w.one.userId],
      theme: "Blue",
    };
    const mine = await w.driver.create(TYPE, unified);
    assert.equal(mine.outputs.mail, "sell-mail@sandbox.onmicrosoft.com");
    assert.deepEqual(mine.outputs.proxyAddresses, ["SMTP:sell-mail@sandbox.onmicrosoft.com"]);
    await assert.rejects(
      w.driver.create(TYPE, { ...unified, types: [], theme: "Blue" }),
      /"types" must contain "Unified".*"theme" is only supported for unified groups/,
    );
  });

  it("is replaced to become assignable to roles, changed in place otherwise", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, { displayName: "r", securityEnabled: true, description: "d" });
    const { diff, after } = await w.driver.change(mine, { displayName: "r2", securityEnabled: true });
    assert.deepEqual(diff.detailedDiff, { description: "DELETE", displayName: "UPDATE" });
    assert.equal(after.id, mine.id);
    const replaced = await w.driver.change(after, {
      displayName: "r2",
      securityEnabled: true,
      assignableToRole: true,
    });
    assert.deepEqual(replaced.diff.replaces, ["assignableToRole"]);
    assert.equal(w.store.state.entra.groups[String(mine.outputs.objectId)], undefined);
    assert.equal(replaced.after.outputs.assignableToRole, true);
  });

  it("follows a rule instead of a list of members", async () => {
    const w = await world();
    const dynamic = {
      displayName: "all of Sell",
      securityEnabled: true,
      types: ["DynamicMembership"],
      dynamicMembership: { enabled: true, rule: 'user.department -eq "Sell"' },
    };
    const mine = await w.driver.create(TYPE, dynamic);
    const { diff, after } = await w.driver.change(mine, {
      ...dynamic,
      dynamicMembership: { enabled: false, rule: 'user.department -eq "Sell"' },
    });
    assert.deepEqual(diff.detailedDiff, { "dynamicMembership.enabled": "UPDATE" });
    assert.deepEqual(after.outputs.dynamicMembership, { enabled: false, rule: 'user.department -eq "Sell"' });
  });

  it("says by name what it does not emulate", async () => {
    const { driver } = await world();
    const inputs = {
      displayName: "r",
      securityEnabled: true,
      administrativeUnitIds: ["90000000-0000-4000-8000-000000000005"],
    };
    await assert.rejects(driver.create(TYPE, inputs), {
      code: "UNIMPLEMENTED",
      message: /administrativeUnitIds/,
    });
  });

  it("is imported and deleted", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, {
      displayName: "r",
      securityEnabled: true,
      members: [w.one.userId],
    });
    const found = await w.driver.import(TYPE, mine.id);
    assert.equal(found?.inputs.displayName, "r");
    assert.deepEqual(found?.inputs.members, [w.one.userId]);
    await w.driver.remove(mine);
    assert.equal(await w.driver.import(TYPE, mine.id), undefined);
  });
});
