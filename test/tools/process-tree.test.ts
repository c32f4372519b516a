import assert from "node:assert/strict";
import { test } from "node:test";
import { descendants } from "../../tools/process-tree.ts";

test("finds what a process started, at any depth, and nothing else", () => {
  const parentOf = new Map([
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 1],
    [6, 2],
  ]);
  assert.deepEqual(descendants(2, parentOf), [3, 4, 6]);
  assert.deepEqual(descendants(5, parentOf), []);
});
