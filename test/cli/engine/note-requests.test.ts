import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withPending } from "../../../cli/engine/note-requests.ts";

const leak = { id: "leak", action: "revoke" as const, reason: "posted in a ticket" };

function stackWith(credentials: Record<string, unknown> | undefined) {
  return {
    version: 3,
    deployment: {
      manifest: { time: "2027-01-10T02:00:00Z" },
      resources: [
        { urn: "urn:trigger", type: "random:index/randomUuid:RandomUuid" },
        {
          urn: "urn:stack",
          type: "pulumi:pulumi:Stack",
          ...(credentials !== undefined && { outputs: { credentials, telemetry: "as it is" } }),
        },
      ],
      pending_operations: [],
    },
  };
}

describe("what a command asks for", () => {
  it("is written into the stack's memory, beside all that stands there", () => {
    const before = stackWith({
      mailman: { clientId: "id", requests: ["r-1"] },
      other: { clientId: "other" },
    });
    assert.deepEqual(
      withPending(before, { mailman: leak }),
      stackWith({
        mailman: { clientId: "id", requests: ["r-1"], pending: leak },
        other: { clientId: "other" },
      }),
    );
  });

  it("changes nothing if it was carried out, or concerns nothing that the stack knows", () => {
    const known = stackWith({ mailman: { requests: ["leak"] } });
    assert.equal(withPending(known, { mailman: leak }), undefined);
    assert.equal(withPending(known, { nobody: leak }), undefined);
    assert.equal(withPending(known, {}), undefined);
    assert.equal(withPending(stackWith(undefined), { mailman: leak }), undefined);
    assert.equal(withPending({ version: 3 }, { mailman: leak }), undefined);
  });
});
