import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { diffObjects, withDiff } from "../../../../sandbox/providers/native/value-diff.ts";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";

const { properties } = fc.letrec<{ value: PropertyValue; properties: Properties }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<PropertyValue>("a", "b", 1, true),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("properties"),
  ),
  properties: fc.dictionary(fc.constantFrom("x", "y", "z"), tie("value"), { noNullPrototype: true }),
}));

describe("the difference between two objects", () => {
  it("is none exactly when they are equal", () => {
    fc.assert(
      fc.property(properties, properties, (a, b) => {
        let equal = true;
        try {
          assert.deepEqual(a, b);
        } catch {
          equal = false;
        }
        assert.equal(diffObjects(a, b) === undefined, equal);
      }),
    );
  });

  it("makes the one of the other", () => {
    fc.assert(
      fc.property(properties, properties, (a, b) => {
        assert.deepEqual(withDiff(a, diffObjects(a, b)), b);
      }),
    );
  });

  it("changes nothing where there is none, however different the object that it is carried over to", () => {
    fc.assert(
      fc.property(properties, properties, (a, other) => {
        assert.deepEqual(withDiff(other, diffObjects(a, structuredClone(a))), other);
      }),
    );
  });

  it("is blind to what the provider keeps for itself", () => {
    assert.equal(diffObjects({ __createBeforeDelete: true, a: 1 }, { a: 1 }), undefined);
    assert.equal(diffObjects({ a: 1 }, { __createBeforeDelete: true, a: 1 }), undefined);
  });

  it("is carried over without what the other object never had", () => {
    const inputs = { tags: { env: "dev" }, sku: { name: "standard" } };
    const before = { tags: { env: "dev" }, sku: { name: "standard", tier: "a" }, retention: 90 };
    const after = { tags: { env: "dev", by: "hand" }, sku: { name: "standard", tier: "a" }, retention: 90 };
    assert.deepEqual(withDiff(inputs, diffObjects(before, after)), {
      tags: { env: "dev", by: "hand" },
      sku: { name: "standard" },
    });
  });
});
