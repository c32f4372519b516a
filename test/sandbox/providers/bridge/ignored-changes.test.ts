import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withIgnoredChanges } from "../../../../sandbox/providers/bridge/ignored-changes.ts";

const recorded = { a: "old", b: { c: "old", d: "old" }, list: [{ x: "old" }, { x: "old" }], "k.l": "old" };
const planned = { a: "new", b: { c: "new", d: "new" }, list: [{ x: "new" }, { x: "new" }], "k.l": "new" };

describe("withIgnoredChanges", () => {
  const cases: [string, object][] = [
    ["a", { ...planned, a: "old" }],
    ["b.c", { ...planned, b: { c: "old", d: "new" } }],
    ["b.*", { ...planned, b: recorded.b }],
    ["b", { ...planned, b: recorded.b }],
    ["list[1].x", { ...planned, list: [{ x: "new" }, { x: "old" }] }],
    ["list[*].x", { ...planned, list: recorded.list }],
    ['["k.l"]', { ...planned, "k.l": "old" }],
    ["nothing.like.this", planned],
    ["list[7].x", planned],
  ];
  for (const [path, expected] of cases) {
    it(`leaves ${path} as it was, and nothing else`, () => {
      assert.deepEqual(withIgnoredChanges(planned, recorded, [path]), expected);
    });
  }

  it("takes away what was not there", () => {
    assert.deepEqual(withIgnoredChanges({ a: "new", b: "new" }, { b: "old" }, ["a"]), { b: "new" });
  });

  it("takes several paths", () => {
    assert.deepEqual(withIgnoredChanges(planned, recorded, ["a", "b.d"]), {
      ...planned,
      a: "old",
      b: { c: "new", d: "old" },
    });
  });
});
