import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameIn, partsOfName, placementOf, vaultNames } from "../../../infra/vault/placement.ts";
import { settings } from "../../support/settings-facts.ts";

const stack = settings({ vaults: [{ name: "KV-Sell-2" }] });

describe("where a credential is published", () => {
  it("is the stack's own vault, unless its settings say otherwise", () => {
    assert.deepEqual(vaultNames(stack), ["kv-sell", "KV-Sell-2"]);
    assert.deepEqual(placementOf(stack, {}), { vault: "kv-sell", movedFrom: undefined });
  });

  it("is spelt as the list of vaults spells it", () => {
    assert.deepEqual(placementOf(stack, { vault: "kv-sell-2", movedFrom: "KV-SELL" }), {
      vault: "KV-Sell-2",
      movedFrom: "kv-sell",
    });
  });
});

describe("the names of resources", () => {
  it("are in the stack's own vault what they were before there were others", () => {
    for (const name of ["mailman-office365", "vault", "alerts"]) {
      assert.equal(nameIn(name, "kv-sell", "kv-sell"), name);
      assert.equal(nameIn(name, "KV-SELL", "kv-sell"), name);
    }
  });

  it("hold any other vault's name", () => {
    assert.equal(nameIn("mailman", "kv-sell-2", "kv-sell"), "mailman@kv-sell-2");
    assert.deepEqual(partsOfName("mailman@kv-sell-2"), { name: "mailman", vault: "kv-sell-2" });
    assert.deepEqual(partsOfName("mailman"), { name: "mailman", vault: undefined });
    assert.equal(partsOfName("a @everyone #1").name, "a @everyone #1", "no name of ours");
  });
});
