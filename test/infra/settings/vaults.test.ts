import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problems, rawCredential } from "../../support/settings-facts.ts";

const vaults = [{ name: "kv-sell-2" }, { name: "kv-sell-3" }];
const placed = (over: Record<string, unknown>) => problems({ vaults, credentials: [rawCredential(over)] });

describe("the settings of vaults", () => {
  it("are optional, and name further vaults and where a credential is", () => {
    assert.deepEqual(placed({}), []);
    assert.deepEqual(placed({ vault: "kv-sell-2" }), []);
    assert.deepEqual(placed({ vault: "kv-sell" }), []);
    assert.deepEqual(placed({ vault: "KV-Sell-2", movedFrom: "kv-sell" }), []);
    assert.deepEqual(placed({ vault: "kv-sell", movedFrom: "kv-sell-2" }), []);
  });

  it("differ, in small letters too", () => {
    assert.deepEqual(problems({ vaults: [{ name: "KV-sell" }, { name: "kv-2" }, { name: "KV-2" }] }), [
      'vaults[0].name: "KV-sell" is taken by vault.name: names must differ',
      'vaults[2].name: "KV-2" is taken by vaults[1].name: names must differ',
    ]);
  });

  it("have names that Azure takes", () => {
    assert.deepEqual(problems({ vaults: [{ name: "v" }, { name: "kv-2", region: "westeurope" }] }), [
      'vaults[0].name: must be 3 to 24 letters, digits and single dashes, beginning with a letter and ending with a letter or digit (is "v")',
      "vaults[1].region: is no setting",
    ]);
  });

  it("are known, wherever they are named", () => {
    const unknown = (name: string) =>
      `"${name}" is no vault of this stack; known: kv-sell, kv-sell-2, kv-sell-3. Add it to \`vaults\`, or correct it`;
    assert.deepEqual(placed({ vault: "kv-sel", movedFrom: "kv-old" }), [
      `credentials[0].vault: ${unknown("kv-sel")}`,
      `credentials[0].movedFrom: ${unknown("kv-old")}`,
    ]);
  });

  it("do not move a credential to where it is, or to nowhere", () => {
    assert.deepEqual(placed({ vault: "kv-sell", movedFrom: "KV-SELL" }), [
      'credentials[0].movedFrom: "KV-SELL" is the vault that the credential is moved to: name the one that published it before',
    ]);
    assert.deepEqual(placed({ movedFrom: "kv-sell-2" }), [
      'credentials[0].movedFrom: says where the credential was ("kv-sell-2"), but not where it is now: name that with `vault`',
    ]);
  });

  it("are none of a federated credential, which has no secret", () => {
    const federated = [{ name: "pipeline", issuer: "https://issuer.example.com", subject: "repo:sell" }];
    assert.deepEqual(
      placed({ federated, vault: "kv-sell-2", movedFrom: "kv-sell" }).map((text) => text.split(":")[0]),
      ["credentials[0].vault", "credentials[0].movedFrom"],
    );
  });
});
