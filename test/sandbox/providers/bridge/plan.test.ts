import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detailedDiff, touchedProperties } from "../../../../sandbox/providers/bridge/detailed-diff.ts";
import { plannedState } from "../../../../sandbox/providers/bridge/plan.ts";
import type { Property, Schema } from "../../../../sandbox/providers/bridge/schema.ts";
import type { PropertyValue } from "../../../../sandbox/providers/provider.ts";
import { UNKNOWN } from "../../../../sandbox/providers/values.ts";

const text: Property = { type: "string", use: "optional" };
const list: Property = { type: "list", use: "optional", of: { type: "string" } };
const set: Property = { type: "set", use: "optional", of: { type: "string" } };
const fields: Schema = {
  id: { type: "string", use: "required" },
  note: text,
  key: { type: "string", use: "output" },
};
const blocks: Property = { type: "set", use: "optional", of: { type: "block", fields } };
const blockList: Property = { type: "list", use: "optional", of: { type: "block", fields } };

/** From what is recorded and what is given: what is planned, and what Diff says of it. */
const cases: [
  string,
  Property,
  PropertyValue,
  PropertyValue | undefined,
  PropertyValue,
  Record<string, string>,
][] = [
  ["text stays empty where none is given", text, "", undefined, "", {}],
  ["text goes where it is no longer given", text, "a", undefined, null, { p: "DELETE" }],
  ["empty text is as good as none", text, null, "", null, {}],
  [
    "a flag that goes is as one that is false",
    { type: "bool", use: "optional" },
    false,
    undefined,
    false,
    {},
  ],
  ["a flag that was true goes", { type: "bool", use: "optional" }, true, undefined, null, { p: "DELETE" }],
  [
    "a default comes back",
    { type: "bool", use: "optional", default: false },
    true,
    undefined,
    false,
    { p: "UPDATE" },
  ],
  ["what is filled in stays", { type: "string", use: "optionalComputed" }, "a", undefined, "a", {}],
  ["an output stays", { type: "string", use: "output" }, "a", undefined, "a", {}],
  ["case may not matter", { type: "string", use: "optional", ignoreCase: true }, "Ab", "aB", "Ab", {}],
  [
    "a map loses all its keys one by one",
    { type: "map", use: "optional" },
    { a: "1", "b.c": "2" },
    undefined,
    {},
    { "p.a": "DELETE", 'p["b.c"]': "DELETE" },
  ],
  ["a map comes whole", { type: "map", use: "optional" }, null, { a: "1" }, { a: "1" }, { p: "ADD" }],
  [
    "a map with an unknown value is unknown",
    { type: "map", use: "optional" },
    { a: "1" },
    { a: UNKNOWN },
    UNKNOWN,
    { p: "UPDATE" },
  ],
  ["a set has no order", set, ["a", "b"], ["b", "a"], ["a", "b"], {}],
  ["a set loses one", set, ["a", "b"], ["b"], ["b"], { "p[0]": "DELETE" }],
  ["a set changes one in its place", set, ["a"], ["b"], ["b"], { "p[0]": "UPDATE" }],
  ["a set with an unknown element is unknown", set, ["a"], ["a", UNKNOWN], UNKNOWN, { p: "UPDATE" }],
  ["an empty set is none", set, [], undefined, [], {}],
  ["a list has an order", list, ["a", "b"], ["b", "a"], ["b", "a"], { "p[0]": "DELETE", "p[1]": "ADD" }],
  ["a list gains one at the front", list, ["b", "c"], ["a", "b", "c"], ["a", "b", "c"], { "p[0]": "ADD" }],
  ["a list loses one in the middle", list, ["a", "b", "c"], ["a", "c"], ["a", "c"], { "p[1]": "DELETE" }],
  [
    "an element keeps what the directory added",
    blocks,
    [{ id: "1", note: "", key: "k" }],
    [{ id: "1" }],
    [{ id: "1", note: "", key: "k" }],
    {},
  ],
  [
    "a new element's outputs are unknown",
    blocks,
    [],
    [{ id: "1" }],
    [{ id: "1", note: null, key: UNKNOWN }],
    { p: "ADD" },
  ],
  [
    "elements of a list are told apart by their place",
    blockList,
    [{ id: "1", note: "a", key: "k" }],
    [{ id: "2" }, { id: "3" }],
    [
      { id: "2", note: null, key: "k" },
      { id: "3", note: null, key: UNKNOWN },
    ],
    { "p[0].id": "UPDATE", "p[0].note": "DELETE", "p[1]": "ADD" },
  ],
  [
    "a list of blocks that is given no more is empty",
    blockList,
    [{ id: "1", note: "", key: "k" }],
    undefined,
    [],
    { p: "DELETE" },
  ],
];

describe("plannedState and detailedDiff", () => {
  for (const [title, property, recorded, given, planned, diff] of cases) {
    it(title, () => {
      const inputs = given === undefined ? {} : { p: given };
      const state = plannedState({ p: property }, { p: recorded }, inputs);
      assert.deepEqual(state, { p: planned });
      assert.deepEqual(detailedDiff({ p: property }, { p: recorded }, state), diff);
    });
  }

  it("knows of a new resource only what is given and what is defaulted", () => {
    const schema: Schema = {
      given: text,
      missing: text,
      made: { type: "string", use: "output" },
      filled: set.type === "set" ? { ...set, use: "optionalComputed" } : set,
      flag: { type: "bool", use: "optional", default: false },
      list,
      blocks,
      block: { type: "block", use: "optional", fields },
      map: { type: "map", use: "optional" },
    };
    assert.deepEqual(plannedState(schema, undefined, { given: "a" }), {
      given: "a",
      missing: null,
      made: UNKNOWN,
      filled: UNKNOWN,
      flag: false,
      list: null,
      blocks: [],
      block: null,
      map: null,
    });
  });

  it("replaces for each path under a property that replaces, and names the property once", () => {
    const schema: Schema = { p: { type: "map", use: "optional", forceNew: true }, q: text };
    const diff = detailedDiff(schema, { p: { a: "1", b: "2" }, q: "x" }, { p: { a: "2", c: "3" }, q: "y" });
    assert.deepEqual(diff, {
      "p.a": "UPDATE_REPLACE",
      "p.b": "DELETE_REPLACE",
      "p.c": "ADD_REPLACE",
      q: "UPDATE",
    });
    assert.deepEqual(touchedProperties(diff), ["p", "q"]);
    assert.deepEqual(touchedProperties(diff, { replacing: true }), ["p"]);
  });

  it("keeps a block that says nothing, drops one that does, renews one that is replaced whole", () => {
    const quiet: Schema = {
      p: {
        type: "block",
        use: "optional",
        fields: { on: { type: "bool", use: "optional" } },
        saysNothing: ({ on }) => on !== true,
      },
    };
    assert.deepEqual(plannedState(quiet, { p: { on: false } }, {}), { p: { on: false } });
    assert.deepEqual(plannedState(quiet, { p: { on: true } }, {}), { p: null });
    const whole: Schema = { p: { type: "block", use: "optional", fields, replacedWhole: true } };
    const recorded = { p: { id: "1", note: "", key: "k" } };
    assert.deepEqual(plannedState(whole, recorded, { p: { id: "1" } }), recorded);
    assert.deepEqual(plannedState(whole, recorded, { p: { id: "2" } }), {
      p: { id: "2", note: null, key: UNKNOWN },
    });
  });
});
