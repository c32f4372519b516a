import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type CredentialFacts,
  credentialOutput,
  memoriesOf,
  OutputError,
  readersOf,
} from "../../infra/credential-output.ts";
import { leadsToAnother } from "../../infra/follow-up.ts";
import { problemsOf } from "../../infra/problems.ts";
import type { Memory } from "../../infra/rotation/memory.ts";
import { CREATED_MS, failure, memory, PREVIOUS, published } from "../support/rotation-facts.ts";
import { ID } from "../support/settings-facts.ts";

const facts: CredentialFacts = {
  clientId: ID,
  applicationObjectId: ID,
  vaultUri: "https://kv-sell.vault.azure.net/",
  version: "0123456789abcdef",
  consumers: [{ name: "reader", principalId: ID, principalType: "ServicePrincipal" }],
};
const whole: Memory = {
  published: published({ previous: PREVIOUS, request: "request-1" }),
  retiredGeneration: 2,
  failure: failure(),
  broken: { generation: 4, kind: "rejected", reason: "wrong-secret" },
  firstPublishedAtMs: CREATED_MS,
  requests: ["request-0"],
  pending: { id: "request-2", action: "revoke", reason: "a leak" },
};

/** As it comes back from the stack: through JSON. */
const through = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the stack's output", () => {
  it("brings back what the stack has to remember of a credential", () => {
    const output = through({ mailman: credentialOutput("mailman", facts, whole.published, whole) });
    assert.deepEqual(memoriesOf(output).get("mailman"), whole);
    assert.deepEqual(readersOf(output).get("mailman"), ["reader"]);
  });

  it("brings back nothing of what is not there", () => {
    const output = through({ mailman: credentialOutput("mailman", facts, undefined, memory()) });
    assert.deepEqual(memoriesOf(output).get("mailman"), memory());
    assert.equal(readersOf(output).size, 0, "nobody reads what was never published");
    assert.equal(memoriesOf(undefined).size, 0);
    assert.equal(memoriesOf(null).size, 0);
  });

  it("names the previous secret until it is retired", () => {
    const of = (retiredGeneration: number | undefined) =>
      credentialOutput("mailman", facts, whole.published, memory({ retiredGeneration })).previous;
    assert.equal(of(undefined)?.retireAfter, "2027-01-17T03:00:00Z");
    assert.equal(of(3), undefined);
  });

  for (const [what, output] of [
    ["no object", "text"],
    ["a credential without its application", { mailman: {} }],
    [
      "a moment in another form",
      {
        mailman: { ...credentialOutput("mailman", facts, undefined, memory()), nextRotationAt: "2027-01-01" },
      },
    ],
    [
      "tags that are none",
      { mailman: { ...credentialOutput("mailman", facts, undefined, memory()), tags: { slot: "a" } } },
    ],
  ] as const) {
    it(`stops the update if it is ${what}: going on without a memory would be guessing`, () => {
      assert.throws(() => memoriesOf(through(output)), OutputError);
    });
  }
});

describe("what an update leaves to another one", () => {
  const output = (over: Partial<Memory>, each = whole.published) => ({
    mailman: credentialOutput("mailman", facts, each, memory(over)),
  });

  it("is nothing, as a rule", () => {
    assert.equal(leadsToAnother(output({})), false);
    assert.equal(leadsToAnother(output({}, published())), false);
  });

  it("is a repair, unless the last one has just failed", () => {
    const broken = whole.broken;
    assert.equal(leadsToAnother(output({ broken })), true);
    assert.equal(leadsToAnother(output({ broken, failure: failure() })), false);
    assert.equal(
      leadsToAnother(output({ broken: { generation: 4, kind: "unavailable", reason: "" } })),
      false,
    );
  });

  it("is the deletion of a revoked secret", () => {
    const revoked = published({ previous: { ...PREVIOUS, retireAfterMs: CREATED_MS } });
    assert.equal(leadsToAnother(output({}, revoked)), true);
  });
});

describe("the problems of a credential", () => {
  it("are told with where to go on, and none if there are none", () => {
    assert.deepEqual(
      problemsOf("mailman", credentialOutput("mailman", facts, whole.published, memory())),
      [],
    );
    const output = credentialOutput(
      "mailman",
      { ...facts, refusals: ["mailman cannot be held"], stopped: "the tags were changed" },
      whole.published,
      whole,
    );
    assert.deepEqual(problemsOf("mailman", output), [
      "mailman: generation 5 was not published, verification failed: transient: HTTP 503 (docs/runbooks/failed-rotation.md)",
      "mailman: the published generation 4 does not work: wrong-secret (docs/runbooks/expired-secret.md)",
      "mailman cannot be held",
      "mailman: left as it is: the tags were changed",
    ]);
  });

  it("tell a secret that Entra refuses from one that it could not be asked about", () => {
    const asked = memory({ broken: { generation: 4, kind: "unavailable", reason: "transient: HTTP 503" } });
    assert.deepEqual(problemsOf("mailman", credentialOutput("mailman", facts, whole.published, asked)), [
      "mailman: the published generation 4 could not be verified: transient: HTTP 503 (docs/runbooks/unverified-secret.md)",
    ]);
  });
});
