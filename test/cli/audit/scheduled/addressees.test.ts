import assert from "node:assert/strict";
import { test } from "node:test";
import type { Owner } from "../../../../cli/audit/graph/owners.ts";
import type { Gap } from "../../../../cli/audit/model.ts";
import { noAddressees } from "../../../../cli/audit/scheduled/addressees.ts";

const owner = (mail: string | null): Owner => ({
  id: mail ?? "x",
  name: mail === null ? null : "Olga",
  mail,
});
const owned = (...owners: Owner[]) => new Map([["app", owners]]);
const REFUSED: Gap = { what: "owners", why: "addresses need User.Read.All", essential: false, refused: true };

test("one owner with an address is enough, and without any owner there is nobody to miss", () => {
  assert.equal(
    noAddressees({ owners: owned(owner(null), owner("o@example.com")), gaps: [REFUSED] }),
    undefined,
  );
  assert.equal(noAddressees({ owners: new Map(), gaps: [] }), undefined);
  assert.equal(noAddressees({ owners: owned(), gaps: [] }), undefined);
});

test("owners without any address are a failure: of a right if one is missing", () => {
  assert.deepEqual(noAddressees({ owners: owned(owner(null)), gaps: [REFUSED] }), {
    why: "addresses need User.Read.All",
    refused: true,
  });
  assert.deepEqual(noAddressees({ owners: owned({ ...owner(null), name: "a service" }), gaps: [] }), {
    why: "no owner on record has an address",
    refused: false,
  });
});

test("owners who could not be read are one too", () => {
  const throttled: Gap = { ...REFUSED, why: "Graph keeps throttling", refused: false };
  assert.deepEqual(noAddressees({ owners: undefined, gaps: [throttled] }), {
    why: "Graph keeps throttling",
    refused: false,
  });
  assert.deepEqual(noAddressees({ owners: undefined, gaps: [{ ...throttled, refused: true }] }), {
    why: "Graph keeps throttling",
    refused: true,
  });
});
