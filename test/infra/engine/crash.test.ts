import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CredentialOutput } from "../../../infra/credential-output.ts";
import { brokenInvariants, keyturn, leftovers, upKilledAt } from "../../support/crash.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

/** One credential: fewer operations, each of them killed at. */
const ONE_CREDENTIAL = {
  credentials: [
    {
      name: "mailman",
      application: { displayName: "Mailman", permissions: { delegated: ["Mail.Send"] } },
      consumers: [{ name: "mailman", principalId: "00000000-0000-0000-0000-000000000000" }],
    },
  ],
};

describe("an engine that is killed half-way through the first deployment", () => {
  for (const [n, after] of [
    [2, true],
    [5, true],
    [8, false],
    [9, true],
  ] as const) {
    it(`at operation ${n}, ${after ? "after it was carried out" : "before it was"}, leaves nothing that keyturn up does not settle`, async (t) => {
      const stack = await keyturnStack(t, { seed: `crash-${n}`, settings: ONE_CREDENTIAL });
      assert.equal(await upKilledAt(stack, n, after), "killed");
      assert.deepEqual(brokenInvariants(stack), []);

      const result = await keyturn(stack, ["up", "--json", "--quiet"]);
      assert.equal(result.exitCode, 0, result.stderr);
      const credentials = await stack.credentials();
      assert.deepEqual(Object.keys(credentials), ["mailman"]);
      assert.equal(generationOf(credentials), 1);
      assert.deepEqual(brokenInvariants(stack), []);
      assert.deepEqual(await leftovers(stack, credentials), []);

      const unchanged = await stack.preview(["--expect-no-changes"]);
      assert.equal(unchanged.exitCode, 0, unchanged.stdout);
    });
  }
});

function generationOf(credentials: Record<string, CredentialOutput>): number | undefined {
  return credentials.mailman?.current?.generation;
}
