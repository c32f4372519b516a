import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GuidTable, lowerGuid } from "../../../cli/audit/guid-table.ts";

test("a GUID table answers like a Map, whatever is put in", () => {
  // Few distinct keys, so that many are put twice, and the zeros that mark a free place in the arrays.
  const key = fc.oneof(
    fc.uuid(),
    fc.constantFrom("00000000-0000-0000-0000-000000000000", "not a guid", "", "00000000-0000-0000-0000"),
    fc.nat(40).map((n) => `00000003-0000-0000-c000-${String(n).padStart(12, "0")}`),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat(1_000_000)), { maxLength: 3000, size: "max" }), (entries) => {
      const table = new GuidTable();
      const map = new Map<string, number>();
      for (const [id, value] of entries) {
        assert.equal(table.set(id, value), !map.has(id));
        map.set(id, value);
      }
      assert.equal(table.size, map.size);
      for (const [id, value] of map) assert.equal(table.get(id), value);
      assert.equal(table.get("ffffffff-ffff-ffff-ffff-ffffffffffff"), undefined);
      // As it goes to another thread.
      const shared = GuidTable.of(structuredClone(table.shared()));
      assert.equal(shared.size, map.size);
      for (const [id, value] of map) assert.equal(shared.get(id), value);
    }),
    { numRuns: 30 },
  );
});

test("the case of a GUID does not matter", () => {
  const table = new GuidTable();
  table.set("ABCDEF00-0000-0000-0000-00000000000A");
  assert.equal(table.has("abcdef00-0000-0000-0000-00000000000a"), true);
});

test("a GUID is told from anything else, and written in lower case", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
  const guid = fc.oneof(
    fc.uuid(),
    fc.uuid().map((text) => text.toUpperCase()),
  );
  const spoilt = fc
    .tuple(guid, fc.nat(36), fc.constantFrom(..."-gG/:@`f\u0130\uff11"))
    .map(([text, at, character]) => `${text.slice(0, at)}${character}${text.slice(at + 1)}`);
  fc.assert(
    fc.property(fc.oneof(guid, spoilt, fc.string({ minLength: 36, maxLength: 36 })), (text) => {
      assert.equal(lowerGuid(text), form.test(text) ? text.toLowerCase() : undefined);
    }),
    { numRuns: 2000 },
  );
});
