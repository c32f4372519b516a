import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PLACEHOLDER_ID } from "../../../infra/settings/consistency.ts";
import { filledIn } from "../../../infra/settings/fill-in.ts";
import { ID, OTHER_ID } from "../../support/settings-facts.ts";

const config = {
  "keyturn:tenantId": PLACEHOLDER_ID,
  "keyturn:region": "westeurope",
  "keyturn:credentials": JSON.stringify([
    { consumers: [{ principalId: OTHER_ID }, { principalId: PLACEHOLDER_ID }] },
  ]),
  "other:tenantId": PLACEHOLDER_ID,
};
const fill = (ids: unknown) => filledIn(config, "keyturn", JSON.stringify(ids));

describe("filledIn", () => {
  it("puts ids in the place of placeholders, at any depth", () => {
    const filled = fill({ tenantId: ID, "credentials[0].consumers[1].principalId": ID });
    assert.equal(filled["keyturn:tenantId"], ID);
    assert.deepEqual(JSON.parse(filled["keyturn:credentials"] ?? ""), [
      { consumers: [{ principalId: OTHER_ID }, { principalId: ID }] },
    ]);
    assert.equal(filled["other:tenantId"], PLACEHOLDER_ID);
  });

  it("replaces nothing else, and invents nothing", () => {
    const kept = fill({
      region: "northeurope",
      "credentials[0].consumers[0].principalId": ID,
      "credentials[7].consumers[0].principalId": ID,
      "credentials[0].consumers": ID,
      "region.name": ID,
      unknown: ID,
      __proto__: ID,
    });
    assert.deepEqual(kept, config);
  });

  it("does nothing without ids", () => {
    assert.deepEqual(filledIn(config, "keyturn", undefined), config);
    assert.deepEqual(filledIn(config, "keyturn", ""), config);
  });

  for (const text of ["{", "[]", "null", '"id"', '{"tenantId": 7}']) {
    it(`refuses ${text}`, () =>
      assert.throws(() => filledIn(config, "keyturn", text), {
        message: "KEYTURN_FILL_IN must be a JSON object of setting paths and ids",
      }));
  }
});
