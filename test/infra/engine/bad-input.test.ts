import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const placeholder = "00000000-0000-0000-0000-000000000000";
const good = {
  name: "mailman",
  application: { displayName: "Mailman" },
  consumers: [{ name: "mailman", principalId: placeholder }],
};

describe("bad settings", () => {
  it("are all named at once, before anything is declared", async (t) => {
    const stack = await keyturnStack(t, {
      settings: {
        colour: "blue",
        team: { name: "Sell" },
        vault: { name: "kv-with-a-name-that-is-far-too-long", resourceGroup: "rg" },
        rotation: { lifetime: "90 days", period: "120 days", overlap: "soon", splay: "5 days" },
        credentials: [
          { ...good, application: { displayName: "Mailman", permissions: { delegated: ["Mail.Sned"] } } },
          { ...good, name: "Mailman_2" },
          { ...good, consumers: [{ name: "mailman", principalId: "mailman" }] },
        ],
      },
    });
    const { exitCode, stdout } = await stack.up();
    assert.notEqual(exitCode, 0);
    for (const expected of [
      /7 settings are wrong; nothing was changed/,
      /keyturn:colour: is no setting/,
      /keyturn:team\.groupId: is missing/,
      /keyturn:vault\.name: must be 3 to 24 .* \(is "kv-with-a-name-that-is-far-too-long"\)/,
      /keyturn:rotation\.overlap: must be a whole number and a unit, .* \(is "soon"\)/,
      /keyturn:credentials\[0\]\.application\.permissions\.delegated\[0\]: is no delegated permission \(did you mean Mail\.Send\?\)/,
      /keyturn:credentials\[1\]\.name: must be 1 to 60 lower-case letters/,
      /keyturn:credentials\[2\]\.consumers\[0\]\.principalId: must be a GUID .* \(is "mailman"\)/,
    ]) {
      assert.match(stdout, expected);
    }
    assert.doesNotMatch(stdout, /\bat .*\.ts:\d+/, "no stack trace");
    assert.equal(
      Object.keys(stack.sandbox.store.state.arm.resources).filter((id) => id.includes("keyvault")).length,
      0,
    );
  });

  it("that contradict each other are named too, as are placeholders outside the sandbox", async (t) => {
    const stack = await keyturnStack(t, {
      settings: {
        rotation: { lifetime: "90 days", period: "120 days", overlap: "7 days", splay: "5 days" },
        credentials: [good, good],
      },
    });
    const { exitCode, stdout } = await stack.up({ KEYTURN_FILL_IN: "" });
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /keyturn:rotation: period \(120 days\) must be shorter than lifetime \(90 days\)/);
    assert.match(stdout, /keyturn:credentials\[1\]\.name: "mailman" is taken by credentials\[0\]/);
    assert.match(stdout, /keyturn:tenantId: is still the placeholder/);
    assert.match(stdout, /keyturn:credentials\[0\]\.consumers\[0\]\.principalId: is still the placeholder/);
  });

  it("a wrong passphrase is named as such by the command", async (t) => {
    const stack = await keyturnStack(t, { settings: { credentials: [good] } });
    await stack.mustUp();
    const { exitCode, stdout, stderr } = await stack.up({ PULUMI_CONFIG_PASSPHRASE: "wrong" });
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /incorrect passphrase/);
  });

  it("an unreachable vault is no first deployment", async (t) => {
    const stack = await keyturnStack(t, { settings: { credentials: [good] } });
    await stack.mustUp();
    await stack.sandbox.faults.add({
      match: { face: "provider", operation: "azure-native.invoke" },
      effect: { kind: "status", status: 503, body: "the service is unavailable" },
    });
    const { exitCode, stdout } = await stack.up();
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /cannot read what the vault publishes, so nothing was changed/);
    await stack.sandbox.faults.clear();
    const unchanged = await stack.preview(["--expect-no-changes"]);
    assert.equal(unchanged.exitCode, 0, unchanged.stdout);
  });
});
