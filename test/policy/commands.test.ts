import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { testStack, writeProgram } from "../support/engine.ts";
import { keyturn } from "../support/keyturn-command.ts";
import { keyturnStack } from "../support/keyturn-stack.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Reads every secret of a vault whose id nobody knows before it is made. */
const UNKNOWN_SCOPE = `
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { getClientConfigOutput } from "@pulumi/azure-native/authorization/getClientConfig.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
const client = getClientConfigOutput();
const group = new ResourceGroup("shop", { resourceGroupName: "rg-shop", location: "westeurope" });
const vault = new Vault("shop", {
  resourceGroupName: group.name,
  vaultName: "kv-shop",
  location: "westeurope",
  properties: {
    tenantId: client.tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
  },
});
new RoleAssignment("reads-all", {
  scope: vault.id,
  principalId: client.objectId,
  principalType: "ServicePrincipal",
  roleDefinitionId: client.subscriptionId.apply(
    (id) => \`/subscriptions/\${id}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6\`,
  ),
});
export const credentials = {};
`;

const ASSIGNMENT = /roleAssignments/i;

describe("the policy pack in the commands that update a stack", () => {
  it("judges in keyturn up what no preview could know, unless it is left out", async (t) => {
    const { sandbox, env } = await keyturnStack(t, { seed: "policy-up" });
    const { PULUMI_BACKEND_URL: _backend, PULUMI_CONFIG_PASSPHRASE: _passphrase, ...over } = sandbox.env;
    const shop = await testStack(t, { program: writeProgram(t, UNKNOWN_SCOPE), env: over });
    // A folder of its own for temporary files, to see what is left in it.
    const TMPDIR = temporaryFolder(t);
    const place = { project: shop.project, env: { ...env, ...shop.env, TMPDIR } };
    const given = () =>
      Object.keys(sandbox.store.state.arm.resources).filter(
        (id) => ASSIGNMENT.test(id) && /kv-shop/.test(id),
      );

    const preview = await keyturn(place, ["preview"]);
    assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);
    const up = await keyturn(place, ["up", "--quiet"]);
    assert.equal(up.exitCode, 5, up.stdout + up.stderr);
    assert.match(up.stderr, /^keyturn: a mandatory policy is broken/m);
    assert.match(up.stderr, /role-assignment-scope/);
    assert.match(up.stderr, /given for more than one secret\. Why it matters: /);
    assert.deepEqual(given(), [], "the right was not given");

    // What is checked in beside the program counts for every command.
    const policy = join(shop.project, "policy.json");
    await writeFile(policy, '{ "role-assignment-scope": "strict" }');
    const wrong = await keyturn(place, ["up", "--quiet"]);
    assert.equal(wrong.exitCode, 2, wrong.stdout + wrong.stderr);
    assert.match(wrong.stderr, /policy\.json: .*\n.*role-assignment-scope: the level is "strict"/);
    await writeFile(policy, '{ "role-assignment-scope": "advisory" }');
    const advised = await keyturn(place, ["up"]);
    assert.equal(advised.exitCode, 0, advised.stdout + advised.stderr);
    assert.match(advised.stderr, /\[advisory\]\s+role-assignment-scope/);
    assert.equal(given().length, 1);

    await rm(policy);
    const checked = await keyturn(place, ["check"]);
    assert.equal(checked.exitCode, 5, checked.stdout + checked.stderr);
    const without = await keyturn(place, ["up", "--no-policy", "--quiet"]);
    assert.equal(without.exitCode, 0, without.stdout + without.stderr);
    const left = (await readdir(TMPDIR)).filter((name) => name.startsWith("keyturn-policy-"));
    assert.deepEqual(left, []);
  });

  it("takes policy.json in previews, in pipelines and over a stack; an emergency is not stopped by it", async (t) => {
    const stack = await keyturnStack(t, { seed: "policy-commands" });
    // A run of these tests may be a pipeline's itself.
    const env = { ...stack.env, GITHUB_ACTIONS: "", TF_BUILD: "", KEYTURN_NAMES: "", KEYTURN_REASON: "" };
    const run = (...args: string[]) => keyturn({ project: stack.project, env }, args);
    const mustEnd = async (exitCode: number, ...args: string[]) => {
      const result = await run(...args);
      assert.equal(result.exitCode, exitCode, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`);
      return result;
    };
    await mustEnd(0, "up", "--quiet");
    await writeFile(join(stack.project, "policy.json"), '{"password-lifetime":{"maxDays":30}}');
    const shown = await mustEnd(5, "pipeline", "preview");
    assert.match(shown.stdout, /lives for 90 days; at most 30 are allowed/);
    await mustEnd(5, "pipeline", "deploy");
    await mustEnd(5, "pipeline", "rotate");
    await mustEnd(5, "check");
    await mustEnd(5, "up", "--quiet");
    // The stack's own file takes the place of the one for all stacks.
    await writeFile(join(stack.project, "policy.dev.json"), '{"password-lifetime":{"maxDays":90}}');
    await mustEnd(0, "check");
    await rm(join(stack.project, "policy.dev.json"));
    assert.ok(existsSync(join(stack.project, "policy.json")));

    const revoked = await mustEnd(0, "revoke", "mailman-office365", "--reason", "leaked", "--yes");
    assert.match(revoked.stderr, /\[advisory\]\s+password-lifetime/, "it is said");
    const { "mailman-office365": mailman } = await stack.credentials();
    assert.equal(mailman?.current?.generation, 2);
    assert.equal(mailman?.previous, undefined);
  });
});
