import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { exitCodes } from "../../../cli/exit-codes.ts";
import { onlyAdvising } from "../../../cli/policy/policy.ts";
import { brokenPolicy, withPolicyPack } from "../../../cli/policy/policy-pack.ts";
import { configuredRules } from "../../../policy/config.ts";
import { rules } from "../../../policy/rules/index.ts";

const SAID = `
Updating (dev):
 +  azure-native:keyvault:Vault shop created
Diagnostics:
  pulumi:pulumi:Stack (keyturn-dev):
    error: update failed

Policies:
    ❌ keyturn@v0.1.0 (local: policy)
        - [advisory]  required-tags  (azure-native:keyvault:Vault: shop)
          Resource groups and vaults carry the agreed tags.
          missing tags: team. Why it matters: a. Fix: b.
        - [mandatory]  role-assignment-scope  (azure-native:authorization:RoleAssignment: reads-all)
          A role is given for what it is needed for.
          given for more than one secret. Why it matters: c. Fix: d.

Resources:
    + 1 created
`;

describe("what the engine says of the policy pack", () => {
  it("is an error of its own where a mandatory rule is broken", () => {
    const error = brokenPolicy(SAID);
    assert.equal(error?.exitCode, exitCodes.policy);
    assert.match(
      error.message,
      /role-assignment-scope[\s\S]*given for more than one secret\. Why it matters: c\. Fix: d\.$/,
    );
    assert.doesNotMatch(error.message, /required-tags|Resources:|Diagnostics/);
    assert.equal(brokenPolicy(SAID.replace("[mandatory]", "[advisory]")), undefined);
    assert.equal(brokenPolicy('error: "[mandatory] is what somebody called it" (x) y'), undefined);
  });
});

describe("the policy pack for the engine", () => {
  it("is given every rule as it was read, in a file that is gone afterwards", async () => {
    const policy = configuredRules(rules, { all: "advisory", "password-lifetime": { maxDays: 30 } });
    let file = "";
    const read = await withPolicyPack(policy, async ([, pack = "", , config = ""]) => {
      assert.match(pack, /policy[\\/]run\.ts$/);
      file = config;
      return JSON.parse(await readFile(config, "utf8"));
    });
    assert.deepEqual(
      Object.keys(read),
      rules.map(({ name }) => name),
    );
    assert.deepEqual(read["password-lifetime"], { maxDays: 30, enforcementLevel: "advisory" });
    assert.equal(existsSync(file), false);
    assert.deepEqual(await withPolicyPack(undefined, async (flags) => flags), []);
  });

  it("only advises in an emergency, and leaves out what is switched off", () => {
    const policy = onlyAdvising(configuredRules(rules, { "vault-rbac": "disabled" }));
    const levels = new Set(policy.map(({ level }) => level));
    assert.deepEqual([...levels].sort(), ["advisory", "disabled"]);
    assert.deepEqual(
      policy.filter(({ level }) => level === "disabled").map(({ rule }) => rule.name),
      ["vault-rbac"],
    );
  });
});
