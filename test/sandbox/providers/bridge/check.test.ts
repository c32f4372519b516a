import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkInputs } from "../../../../sandbox/providers/bridge/check.ts";
import type { Schema } from "../../../../sandbox/providers/bridge/schema.ts";
import { uuid } from "../../../../sandbox/providers/bridge/validations.ts";
import type { Properties } from "../../../../sandbox/providers/provider.ts";
import { UNKNOWN } from "../../../../sandbox/providers/values.ts";

const schema: Schema = {
  name: { type: "string", use: "required" },
  count: { type: "int", use: "optional", default: 2 },
  quiet: { type: "bool", use: "optional", default: false },
  key: { type: "string", use: "optional", sensitive: true, validate: uuid },
  result: { type: "string", use: "output" },
  labels: { type: "map", use: "optional" },
  ids: { type: "set", use: "optional", of: { type: "string", validate: uuid }, minItems: 1, maxItems: 2 },
  one: { type: "string", use: "optional", conflictsWith: ["other"] },
  other: { type: "string", use: "optional", conflictsWith: ["one"] },
  parts: {
    type: "list",
    use: "optional",
    of: {
      type: "block",
      fields: {
        id: { type: "string", use: "required" },
        on: { type: "bool", use: "optional", default: true },
      },
    },
  },
};

const check = (news: Properties, olds?: Properties) => checkInputs(schema, news, { name: "it", olds });
const complaints = (news: Properties) => check(news).failures.map(({ property }) => property);

describe("checkInputs", () => {
  it("reads scalars from what looks like them", () => {
    const { inputs, failures } = check({
      name: 5,
      count: "7",
      quiet: "T",
      labels: { a: 1, b: true, c: null },
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, {
      name: "5",
      count: 7,
      quiet: true,
      labels: { a: "1", b: "true" },
      __defaults: [],
    });
  });

  it("fills in defaults at every depth, but none that says no more than nothing", () => {
    const { inputs } = check({ name: "x", parts: [{ id: "1" }, { id: "2", on: false }] });
    assert.deepEqual(inputs, {
      name: "x",
      count: 2,
      parts: [
        { id: "1", on: true, __defaults: ["on"] },
        { id: "2", on: false, __defaults: [] },
      ],
      __defaults: ["count"],
    });
  });

  it("keeps a default that an earlier version filled in, not a value that the program once gave", () => {
    assert.equal(check({ name: "x" }, { name: "x", count: 9, __defaults: ["count"] }).inputs.count, 9);
    assert.equal(check({ name: "x" }, { name: "x", count: 9, __defaults: [] }).inputs.count, 2);
  });

  it("leaves unknown values be, wherever they stand", () => {
    const news = {
      name: UNKNOWN,
      key: UNKNOWN,
      ids: [UNKNOWN],
      labels: { a: UNKNOWN },
      parts: [UNKNOWN],
      count: UNKNOWN,
    };
    const { inputs, failures } = check(news);
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs, { ...news, __defaults: [] });
  });

  it("counts an unknown value as given, but not as in conflict", () => {
    assert.deepEqual(complaints({ name: "x", one: UNKNOWN, other: "y" }), []);
    assert.deepEqual(complaints({ name: "x", one: "x", other: "y" }), ["one"]);
  });

  it("names every violation by its path, and shows no sensitive value", () => {
    const wrong = {
      nickname: "x",
      result: "mine",
      key: "hunter2",
      labels: ["x"],
      ids: ["a", "b", "c"],
      parts: [{}, "text", { id: ["x"], off: 1 }],
    };
    assert.deepEqual(complaints(wrong).sort(), [
      "ids",
      "ids[0]",
      "ids[1]",
      "ids[2]",
      "key",
      "labels",
      "name",
      "nickname",
      "parts[0].id",
      "parts[1]",
      "parts[2].id",
      "parts[2].off",
      "result",
    ]);
    assert.equal(JSON.stringify(check(wrong).failures).includes("hunter2"), false);
    assert.deepEqual(complaints({ name: "x", ids: [] }), ["ids"]);
  });

  it("takes a lone value for a list of one", () => {
    const id = "10000000-0000-4000-8000-000000000001";
    assert.deepEqual(check({ name: "x", ids: id }).inputs.ids, [id]);
    assert.deepEqual(check({ name: "x", parts: { id: "1" } }).inputs.parts, [
      { id: "1", on: true, __defaults: ["on"] },
    ]);
  });
});
