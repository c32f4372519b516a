import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { putResource } from "../../../sandbox/arm/resources.ts";
import { publicVaultUri } from "../../../sandbox/keyvault/vaults.ts";
import { ownKeyIds } from "../../support/crash/invariants.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack, succeeded } from "../../support/keyturn-stack.ts";

const settings = {
  credentials: [
    {
      name: "mailman",
      application: { displayName: "Mailman" },
      consumers: [{ name: "mailman", principalId: "00000000-0000-0000-0000-000000000000" }],
    },
  ],
};

/** What is made with its answer lost, one after the other; the crash points have all there is. */
const LOST = [
  ["azure-native.create", "**/ResourceGroup/*", "azure-native:resources:ResourceGroup vault-group"],
  ["azure-native.create", "**/keyvault/Secret/*", "azure-native:keyvault:Secret mailman"],
] as const;

describe("a resource that Azure has made with the answer lost, on the real engine", () => {
  it("is what the engine stumbles over, and the next keyturn up takes over", async (t) => {
    const stack = await keyturnStack(t, { seed: "lost", settings });
    let overcome: string | undefined;
    for (const [operation, path, what] of LOST) {
      await stack.sandbox.faults.add({
        match: { face: "provider", operation, path },
        times: 1,
        effect: { kind: "status", status: 504, after: true },
      });
      const { exitCode, stderr } = await up(stack);
      assert.equal(exitCode, 1, stderr);
      if (overcome !== undefined) assert.match(stderr, takenOver(overcome));
      overcome = what;
    }
    const { stderr } = succeeded(await up(stack));
    assert.match(stderr, takenOver(overcome ?? ""));
    assert.equal((await stack.credentials()).mailman?.current?.generation, 1);
    assert.equal(ownKeyIds(stack.sandbox.store.state).length, 1, "one secret was enough");
    succeeded(await stack.run(["preview", "--expect-no-changes"]));
  });

  it("is taken over in a resource group that was there before: the vault, still empty", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "lost",
      settings: {
        ...settings,
        vault: { name: "kv-sell-mail-dev", resourceGroup: GROUP, resourceGroupExists: true },
      },
    });
    const { store, clock, randomness, deployer } = stack.sandbox;
    await store.update((draft) => {
      const id = `/subscriptions/${draft.arm.subscriptionId}/resourceGroups/${GROUP}`;
      const context = { nowMs: clock.nowMs(), randomness, caller: deployer, vaultUri: publicVaultUri };
      putResource(draft, id, { location: "westeurope" }, context);
    });
    await stack.sandbox.faults.add({
      match: { face: "provider", operation: "azure-native.create", path: "**/keyvault/Vault/*" },
      times: 1,
      effect: { kind: "status", status: 504, after: true },
    });
    assert.equal((await up(stack)).exitCode, 1);
    const { stderr } = succeeded(await up(stack));
    assert.match(stderr, takenOver("azure-native:keyvault:Vault vault"));
  });
});

const GROUP = "rg-sell-mail-dev";

const up = (stack: KeyturnStack) => keyturn(stack, ["up", "--json", "--quiet"]);

function takenOver(what: string): RegExp {
  return new RegExp(`has made ${what} without hearing of it: taken over`);
}
