import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { produce } from "immer";
import { withClientId } from "../../../sandbox/entra/client-id-index.ts";

interface Entry {
  id: string;
  appId: string;
  note?: string;
}

test("finds what a plain search would, in plain objects, snapshots and drafts, whatever was changed", () => {
  const ids = fc.constantFrom("1", "2", "3", "4", "5");
  const entry = ids.map((id): Entry => ({ id, appId: `app-${id}` }));
  const change = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), entry }),
    fc.record({ kind: fc.constant("remove" as const), id: ids }),
  );
  fc.assert(
    fc.property(fc.array(entry), fc.array(change), ids, (entries, changes, id) => {
      const plain: Record<string, Entry> = Object.fromEntries(entries.map((each) => [each.id, each]));
      const wanted = `APP-${id}`;
      const expectedIn = (objects: Record<string, Entry>) =>
        Object.values(objects).find(({ appId }) => appId === wanted.toLowerCase())?.id;
      assert.equal(withClientId(plain, wanted)?.id, expectedIn(plain));
      const snapshot = produce(plain, (draft) => {
        draft.x = { id: "x", appId: "app-x" };
      });
      assert.equal(withClientId(snapshot, wanted)?.id, expectedIn(snapshot));
      const after = produce(snapshot, (draft) => {
        for (const each of changes) {
          if (each.kind === "add") draft[each.entry.id] = { ...each.entry };
          else delete draft[each.id];
          assert.equal(withClientId(draft, wanted)?.id, expectedIn(draft));
        }
        const found = withClientId(draft, wanted);
        if (found !== undefined) found.note = "changed";
      });
      assert.equal(
        withClientId(after, wanted)?.note,
        expectedIn(after) === undefined ? undefined : "changed",
      );
    }),
  );
});
