import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import { judgePassword } from "../../../../sandbox/entra/passwords.ts";
import { isSecret } from "../../../../sandbox/providers/values.ts";
import { plainOutputs, RefusedInputs } from "../../../support/resource-driver.ts";
import { NOW, token, type World, world } from "./world.ts";

const TYPE = token("ApplicationPassword");

describe("ApplicationPassword", () => {
  let w: World;
  let applicationId: string;
  before(async () => {
    w = await world();
    applicationId = `/applications/${w.one.applicationId}`;
  });
  const credentials = () => w.store.state.entra.applications[w.one.applicationId]?.passwordCredentials ?? [];

  it("gives a value as Entra makes them, secret, and the directory keeps its SHA-256 alone", async () => {
    const inputs = { applicationId, displayName: "mailman a 1", endDate: "2027-05-01T00:00:00Z" };
    const mine = await w.driver.create(TYPE, inputs);
    assert.ok(isSecret(mine.outputs.value));
    const value = String(mine.outputs.value.value);
    assert.match(value, /^[A-Za-z0-9._~-]{3}8Q~[A-Za-z0-9._~-]{34}$/);
    const stored = credentials().find(({ keyId }) => keyId === mine.outputs.keyId);
    assert.equal(stored?.secretHash, createHash("sha256").update(value).digest("hex"));
    assert.equal(stored?.displayName, "mailman a 1");
    assert.equal(JSON.stringify(w.store.state).includes(value), false);
    assert.equal(mine.id, `${w.one.applicationId}/password/${mine.outputs.keyId}`);
    const moment = { nowMs: Date.parse(NOW), propagationMs: 0 };
    assert.equal(judgePassword(credentials(), value, moment).verdict, "accepted");
  });

  it("lives two years from its start where no end is given", async () => {
    const mine = await w.driver.create(TYPE, { applicationId, startDate: "2026-12-01T00:00:00Z" });
    assert.equal(mine.outputs.endDate, "2028-12-01T00:00:00Z");
    const now = await w.driver.create(TYPE, { applicationId });
    assert.deepEqual([now.outputs.startDate, now.outputs.endDate], [NOW, "2028-11-24T00:00:00Z"]);
  });

  it("warns that endDateRelative is never sent, and so does not keep to it", async () => {
    const mine = await w.driver.create(TYPE, { applicationId, endDateRelative: "240h" });
    assert.equal(mine.outputs.endDate, "2028-11-24T00:00:00Z");
    assert.equal(mine.outputs.endDateRelative, "240h");
    assert.match(w.driver.warnings.at(-1) ?? "", /"endDateRelative" is deprecated: it is never sent/);
  });

  it("keeps its value through a refresh, which the directory cannot tell", async () => {
    const mine = await w.driver.create(TYPE, { applicationId, rotateWhenChanged: { generation: "1" } });
    const seen = await w.driver.refresh(mine);
    assert.deepEqual(seen, mine);
    assert.ok(isSecret(seen?.outputs.value));
  });

  it("is replaced, new one first, when a trigger changes", async () => {
    const first = await w.driver.create(TYPE, { applicationId, rotateWhenChanged: { generation: "1" } });
    const { diff, after } = await w.driver.change(first, {
      applicationId,
      rotateWhenChanged: { generation: "2" },
    });
    assert.deepEqual(diff.detailedDiff, { "rotateWhenChanged.generation": "UPDATE_REPLACE" });
    assert.equal(diff.deleteBeforeReplace, false);
    assert.notEqual(plainOutputs(after).value, plainOutputs(first).value);
    const keyIds = credentials().map(({ keyId }) => keyId);
    assert.ok(keyIds.includes(String(after.outputs.keyId)));
    assert.equal(keyIds.includes(String(first.outputs.keyId)), false);
  });

  it("is replaced when a date is only spelt otherwise", async () => {
    const mine = await w.driver.create(TYPE, { applicationId, endDate: "2027-12-01T00:00:00Z" });
    for (const endDate of ["2027-12-01T00:00:00.000Z", "2027-12-01T02:00:00+02:00"]) {
      const diff = await w.driver.diff(mine, { applicationId, endDate });
      assert.deepEqual(diff.detailedDiff, { endDate: "UPDATE_REPLACE" }, endDate);
    }
  });

  it("stays when an input that the directory filled in anyway is no longer given", async () => {
    const mine = await w.driver.create(TYPE, {
      applicationId,
      displayName: "named",
      startDate: "2026-12-01T00:00:00Z",
      endDate: "2027-12-01T00:00:00Z",
    });
    assert.equal((await w.driver.diff(mine, { applicationId })).changes, "DIFF_NONE");
  });

  it("is gone when somebody removes it in the portal", async () => {
    const mine = await w.driver.create(TYPE, { applicationId });
    await w.behindTheBack((entra) => {
      const application = entra.applications[w.one.applicationId];
      if (application) application.passwordCredentials = [];
    });
    assert.equal(await w.driver.refresh(mine), undefined);
  });

  it("is imported without its value, which nobody can know", async () => {
    const mine = await w.driver.create(TYPE, { applicationId, displayName: "by hand" });
    const found = await w.driver.import(TYPE, mine.id);
    assert.equal(found?.outputs.value, null);
    assert.equal(found?.inputs.displayName, "by hand");
    assert.equal(found?.inputs.applicationId, applicationId);
  });

  it("is refused with an end before its start, and for an application that is not there", async () => {
    await assert.rejects(
      w.driver.create(TYPE, { applicationId, endDate: "2020-01-01T00:00:00Z" }),
      /endDateTime must be after its startDateTime/,
    );
    await assert.rejects(
      w.driver.create(TYPE, { applicationId: "/applications/00000000-0000-4000-8000-00000000dead" }),
      /404 Request_ResourceNotFound/,
    );
  });

  it("tells every wrong input at once", async () => {
    const wrong = {
      applicationId: "mailman",
      endDate: "soon",
      startDate: "2026-02-30T00:00:00Z",
      nickname: "x",
    };
    await assert.rejects(w.driver.check(TYPE, wrong), (error: unknown) => {
      assert.ok(error instanceof RefusedInputs);
      const named = error.failures.map(({ property }) => property).sort();
      assert.deepEqual(named, ["applicationId", "endDate", "nickname", "startDate"]);
      return true;
    });
  });
});
