import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { emptyMemory, withRequest } from "../../../infra/rotation/memory.ts";

describe("the requests that a stack remembers", () => {
  it("grow by one that is new, at the end", () => {
    assert.deepEqual(withRequest([], "a"), ["a"]);
    assert.deepEqual(withRequest(["a"], "b"), ["a", "b"]);
  });

  it("stay as they are for one that is among them, and for none", () => {
    assert.deepEqual(withRequest(["a", "b"], "a"), ["a", "b"]);
    assert.deepEqual(withRequest(["a", "b"], undefined), ["a", "b"]);
  });

  it("are the fifty latest, so that the stack's output stays small", () => {
    const many = Array.from({ length: 50 }, (_, index) => `request-${index}`);
    const more = withRequest(many, "one more");
    assert.equal(more.length, 50);
    assert.equal(more.at(0), "request-1");
    assert.equal(more.at(-1), "one more");
  });

  it("keep the one that stands in the settings, however many come after it", () => {
    let known = withRequest([], "standing");
    for (let index = 0; index < 120; index++) known = withRequest(known, `request-${index}`, "standing");
    assert.equal(known.length, 50);
    assert.deepEqual([known.at(0), known.at(-1)], ["standing", "request-119"]);
  });

  it("are not changed in place", () => {
    const known = ["a"];
    withRequest(known, "b");
    assert.deepEqual(known, ["a"]);
    assert.deepEqual(emptyMemory.requests, []);
  });
});
