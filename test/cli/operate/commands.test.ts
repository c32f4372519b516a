import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { keyturn } from "../../support/keyturn-command.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const settings = {
  credentials: [
    {
      name: "mailman",
      application: { displayName: "Mailman" },
      consumers: [{ name: "mail-sender", principalId: "00000000-0000-0000-0000-000000000000" }],
    },
    {
      name: "pipeline",
      application: { displayName: "Pipeline" },
      federated: [{ name: "ci", issuer: "https://token.example.com", subject: "repo:x" }],
    },
  ],
};

describe("the operator's commands", () => {
  it("roll back, retire, hold past the safe date, release, and look ahead", async (t) => {
    const stack = await keyturnStack(t, { seed: "commands", settings });
    const file = join(stack.project, "Pulumi.dev.yaml");
    const json = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await keyturn(stack, [...args, "--json"]);
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout);
    };
    const act = async (...args: string[]) => {
      const { credentials } = await json(...args, "--reason", "a test", "--yes", "--quiet");
      return credentials.find(({ name }: { name: string }) => name === "mailman");
    };
    const keys = () =>
      Object.values(stack.sandbox.store.state.entra.applications)
        .filter(({ displayName }) => displayName === "Mailman")
        .flatMap(({ passwordCredentials }) => passwordCredentials.map(({ keyId }) => keyId));
    await stack.mustUp();

    await act("rotate", "mailman");
    const back = await act("rollback", "mailman");
    assert.equal(back.current.generation, 1);
    assert.equal(back.previous.generation, 2);
    assert.equal(keys().length, 2);
    const retired = await act("retire", "mailman");
    assert.equal(retired.current.generation, 1);
    assert.equal(retired.previous, null);
    assert.deepEqual(keys(), [retired.current.keyId]);

    const leaked = await keyturn(stack, ["revoke", "mailman", "--reason", "leak"]);
    assert.equal(leaked.exitCode, 2, "nobody can be asked");
    assert.match(
      leaked.stderr,
      /deletes generation 1 at once: mail-sender fail until they have read the new one/,
    );
    assert.deepEqual(keys(), [retired.current.keyId]);
    const without = await keyturn(stack, ["rotate", "pipeline", "--reason", "a test", "--yes"]);
    assert.equal(without.exitCode, 2);
    assert.match(
      without.stderr,
      /^keyturn: pipeline is federated and has no secret: ci prove who they are$/m,
    );

    const before = await readFile(file, "utf8");
    const refused = await keyturn(stack, [
      "hold",
      "mailman",
      "--until",
      "2024-12-24",
      "--reason",
      "",
      "--yes",
    ]);
    assert.equal(refused.exitCode, 2);
    assert.match(refused.stderr, /2 settings are wrong.*hold\.reason: must not be empty.*is over already/s);
    assert.equal(await readFile(file, "utf8"), before);
    const hold = ["hold", "mailman", "--until", "2025-12-24", "--reason", "freeze"];
    const held = await json(...hold, "--past-safe-date", "--yes");
    assert.equal(held.schemaVersion, 1);
    assert.deepEqual(held.hold, { until: "2025-12-24T00:00:00Z", reason: "freeze", pastSafeDate: true });
    assert.equal(held.plans[0].next.at, "2025-12-24T00:00:00Z");
    assert.match(await readFile(file, "utf8"), /pastSafeDate\W+true/);

    const ahead = await json("status", "--at", "2025-12-24T12:00:00Z");
    assert.deepEqual(
      ahead.forecast[0].actions.map(
        ({ at, action }: { at: string; action: string }) => `${at.slice(0, 10)} ${action}`,
      ),
      ["2025-04-01 expire", "2025-12-24 rotate", "2025-12-24 publish"],
    );
    const released = await json("hold", "mailman", "--release", "--yes");
    assert.equal(released.hold, null);
    assert.doesNotMatch(await readFile(file, "utf8"), /freeze/);
    const shown = await keyturn(stack, ["status", "mailman", "--at", "2025-03-01"]);
    assert.equal(shown.exitCode, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /UNTIL 2025-03-01T00:00:00Z, IF AN UPDATE RUNS EVERY DAY\nmailman\n {2}2025-0[12]-\S+ {2}rotate {4}generation 3 in slot b/,
    );
    assert.equal((await keyturn(stack, ["status", "--at", "2024-03-01"])).exitCode, 2);

    const wrong = before.replace(/keyturn:region: \S+/, "keyturn:region: WEST");
    assert.notEqual(wrong, before);
    await writeFile(file, wrong);
    const broken = await keyturn(stack, ["status", "mailman"]);
    assert.equal(broken.exitCode, 0, broken.stderr);
    assert.match(broken.stderr, /what comes next is not known: 1 setting is wrong.*keyturn:region/s);
    assert.match(broken.stdout, /CONDITION.*Published/s);
  });
});
