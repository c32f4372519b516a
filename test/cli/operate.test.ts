import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DAY_MS } from "../../infra/duration.ts";
import { keyturn } from "../support/keyturn-command.ts";
import { keyturnStack } from "../support/keyturn-stack.ts";

const placeholder = "00000000-0000-0000-0000-000000000000";
const settings = {
  credentials: [
    {
      name: "mailman",
      application: { displayName: "Mailman" },
      consumers: [{ name: "mailman", principalId: placeholder }],
    },
  ],
};

describe("the operator's commands", () => {
  it("update, show, rotate, revoke, hold, and refuse what they should", async (t) => {
    const stack = await keyturnStack(t, { seed: "operate", settings });
    const json = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await keyturn(stack, [...args, "--json"]);
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout);
    };

    const up = await json("up", "--quiet");
    assert.equal(up.schemaVersion, 1);
    assert.equal(up.changed, true);
    assert.equal(up.credentials[0].current.generation, 1);
    assert.equal((await json("up", "--quiet")).changed, false);

    const later = await json("status", "--at", "2025-02-25");
    assert.equal(later.plans[0].action, "rotate");
    assert.equal((await json("status", "mailman")).plans[0].action, "keep");

    const unasked = await keyturn(stack, ["rotate", "mailman", "--reason", "test"]);
    assert.equal(unasked.exitCode, 2);
    assert.match(unasked.stderr, /makes, verifies and publishes generation 2 in slot b/);
    assert.match(unasked.stderr, /there is nobody to ask: give --yes/);
    const nobody = await keyturn(stack, ["rotate", "nobody", "--reason", "test", "--yes"]);
    assert.equal(nobody.exitCode, 2);
    assert.match(nobody.stderr, /no such credential: nobody; the stack has: mailman/);

    const rotated = await json("rotate", "mailman", "--reason", "test", "--yes", "--quiet");
    assert.equal(rotated.credentials[0].current.generation, 2);
    const tooSoon = await keyturn(stack, ["rotate", "mailman", "--reason", "again", "--yes"]);
    assert.equal(tooSoon.exitCode, 1);
    assert.match(tooSoon.stderr, /the slot is free from 2025-01-08T01:00:00Z on/);

    const revoked = await json("revoke", "mailman", "--reason", "leak", "--yes", "--quiet");
    assert.equal(revoked.credentials[0].current.generation, 3);
    assert.equal(revoked.credentials[0].previous, null, "the leaked secret is gone when the command ends");

    await stack.sandbox.timeline.advance(DAY_MS);
    const unsafe = await keyturn(stack, [
      "hold",
      "mailman",
      "--until",
      "2025-12-24",
      "--reason",
      "freeze",
      "--yes",
    ]);
    assert.equal(unsafe.exitCode, 1);
    assert.match(unsafe.stderr, /past the safe date 2025-03-22T00:00:00Z/);
    const held = await keyturn(stack, [
      "hold",
      "mailman",
      "--until",
      "2025-03-01",
      "--reason",
      "freeze",
      "--yes",
    ]);
    assert.equal(held.exitCode, 0, held.stderr);
    assert.match(
      await readFile(join(stack.project, "Pulumi.dev.yaml"), "utf8"),
      /until\W+2025-03-01T00:00:00Z/,
    );
    await stack.sandbox.timeline.advance(53 * DAY_MS);
    const due = await json("status", "mailman");
    assert.equal(due.plans[0].action, "hold");
    assert.equal((await json("up", "--quiet")).changed, false);
  });
});
