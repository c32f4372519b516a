import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { roleAssignmentName } from "../../infra/role-assignment-name.ts";

describe("roleAssignmentName", () => {
  // Another name for the same right replaces the assignment, and for some minutes nobody can read.
  const frozen: readonly (readonly [parts: string[], name: string])[] = [
    [
      ["prod", "mailman-office365", "mailman", "55555555-5555-4555-8555-555555555555"],
      "b93c044e-4032-54e8-8671-41dd51f04141",
    ],
    [
      ["prod", "responders", "reader", "66666666-6666-4666-8666-666666666666"],
      "1bbfd3f4-1914-5a47-8bb5-b1c620c206bc",
    ],
  ];
  for (const [parts, name] of frozen) {
    it(`is what it has always been for ${parts[1]}`, () => assert.equal(roleAssignmentName(...parts), name));
  }

  it("is a UUID of version 5, the same for the same parts, another for others", () => {
    const parts = fc.array(fc.stringMatching(/^[a-z0-9-]{0,12}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (some, others) => {
        const name = roleAssignmentName(...some);
        assert.match(name, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(name === roleAssignmentName(...others), some.join("\n") === others.join("\n"));
      }),
    );
  });
});
