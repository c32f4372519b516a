import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("DirectoryRole");
const GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";

describe("DirectoryRole", () => {
  it("is activated once, by name in any case or by template, and never switched off", async () => {
    const w = await world();
    const byName = await w.driver.create(TYPE, { displayName: "GLOBAL reader" });
    assert.equal(byName.outputs.displayName, "Global Reader");
    assert.equal(byName.outputs.templateId, GLOBAL_READER);
    const byTemplate = await w.driver.create(TYPE, { templateId: GLOBAL_READER });
    assert.equal(byTemplate.id, byName.id);
    assert.equal((await w.driver.diff(byName, { displayName: "global reader" })).changes, "DIFF_NONE");
    assert.equal((await w.driver.diff(byName, { templateId: GLOBAL_READER })).changes, "DIFF_NONE");
    await w.driver.remove(byName);
    assert.deepEqual((await w.driver.refresh(byTemplate))?.outputs, byTemplate.outputs);
  });

  it("is refused when there is no such role", async () => {
    const { driver } = await world();
    await assert.rejects(
      driver.create(TYPE, { displayName: "Secret Keeper" }),
      /no directory role template.*"Secret Keeper"/,
    );
    await assert.rejects(driver.check(TYPE, {}), /one of displayName, templateId must be given/);
  });

  it("is imported under its name", async () => {
    const { driver } = await world();
    const mine = await driver.create(TYPE, { templateId: GLOBAL_READER });
    const found = await driver.import(TYPE, mine.id);
    assert.deepEqual(found?.inputs, { __defaults: [], displayName: "Global Reader" });
  });
});
