import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Schema } from "../../../../sandbox/providers/bridge/schema.ts";
import { inputsForImport, refreshedInputs } from "../../../../sandbox/providers/bridge/state-inputs.ts";

const schema: Schema = {
  name: { type: "string", use: "required" },
  audience: { type: "string", use: "optional", default: "mine" },
  note: { type: "string", use: "optional" },
  tags: { type: "set", use: "optionalComputed", conflictsWith: ["features"], of: { type: "string" } },
  features: { type: "set", use: "optionalComputed", conflictsWith: ["tags"], of: { type: "string" } },
  byName: { type: "string", use: "optionalComputed", exactlyOneOf: ["byName", "byId"] },
  byId: { type: "string", use: "optionalComputed", exactlyOneOf: ["byName", "byId"] },
  id: { type: "string", use: "output" },
  web: { type: "block", use: "optional", fields: { url: { type: "string", use: "optional" } } },
  triggers: { type: "map", use: "optional" },
};

describe("inputsForImport", () => {
  it("takes what can be given and says something", () => {
    const state = {
      name: "",
      audience: "mine",
      note: "",
      id: "1",
      web: { url: "https://x" },
      triggers: null,
      tags: ["a"],
    };
    assert.deepEqual(inputsForImport(schema, state), {
      __defaults: [],
      name: "",
      tags: ["a"],
      web: { __defaults: [], url: "https://x" },
    });
    assert.equal(inputsForImport(schema, { ...state, audience: "all" }).audience, "all");
  });

  it("takes nothing that a program may not give together", () => {
    const state = { name: "x", tags: ["a"], features: ["b"], byName: "n", byId: "i" };
    assert.deepEqual(inputsForImport(schema, state), { __defaults: [], name: "x", byName: "n" });
  });
});

describe("refreshedInputs", () => {
  it("brings each input up to what the directory has, and adds none", () => {
    const old = { name: "x", tags: ["a", "b"], triggers: { a: "1" } };
    const state = { name: "y", note: "from the portal", tags: ["c", "b"], triggers: { a: "2", z: "3" } };
    assert.deepEqual(refreshedInputs(schema, old, state), { name: "y", tags: ["b"], triggers: { a: "2" } });
  });

  it("drops an input that the directory no longer has", () => {
    assert.deepEqual(refreshedInputs(schema, { name: "x", note: "n" }, { name: "x", note: null }), {
      name: "x",
    });
  });

  it("no longer calls a default what was changed", () => {
    const old = { name: "x", audience: "mine", __defaults: ["audience"] };
    assert.deepEqual(refreshedInputs(schema, old, { name: "x", audience: "mine" }), old);
    assert.deepEqual(refreshedInputs(schema, old, { name: "x", audience: "all" }), {
      name: "x",
      audience: "all",
      __defaults: [],
    });
  });
});
