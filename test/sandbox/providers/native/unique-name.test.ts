import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { uniqueHex, uniqueUuid } from "../../../../sandbox/providers/native/unique-name.ts";

describe("a made-up name", () => {
  it("is the one that the real provider was recorded to make of the same seed", () => {
    // From the provider's own recorded tests: a resource group `rg8979559d`, a vault `vault0e651f7a`.
    const recorded: [string, string][] = [
      ["yZAu6dnqETUx+66jt748MIgO2+9KKCbMEgfurTL+quY=", "8979559d"],
      ["HbgqVZr1nUYm8u5Dc7VUE5/kF22/f/fYGkYXOgndJjw=", "0e651f7a"],
    ];
    for (const [seed, suffix] of recorded) assert.equal(uniqueHex(Buffer.from(seed, "base64"), 8), suffix);
  });

  it("depends on the seed, and on nothing else", () => {
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        assert.equal(uniqueHex(a, 8), uniqueHex(Uint8Array.from(a), 8));
        assert.match(uniqueHex(a, 8), /^[0-9a-f]{8}$/);
        assert.match(uniqueUuid(a), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        if (Buffer.compare(a, b) !== 0) assert.notEqual(uniqueUuid(a), uniqueUuid(b));
      }),
    );
  });
});
