import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type CheckedResource,
  canonicalType,
  SECRET,
  types,
  UNKNOWN,
} from "../../policy/checked-resource.ts";
import { defaultConfig, messageOf, type Rule, type RuleConfig } from "../../policy/rule.ts";
import { rules } from "../../policy/rules/index.ts";
import { alertCases } from "./rules/alert.ts";
import { applicationCases } from "./rules/application.ts";
import type { RuleCases } from "./rules/cases.ts";
import { passwordDatesCases } from "./rules/password-dates.ts";
import { passwordOriginCases } from "./rules/password-origin.ts";
import { resource, VALUE } from "./rules/resources.ts";
import { roleAssignmentCases } from "./rules/role-assignment.ts";
import { secretInOutputCases } from "./rules/secret-in-output.ts";
import { tagsCases } from "./rules/tags.ts";
import { vaultCases } from "./rules/vault.ts";
import { vaultSecretCases } from "./rules/vault-secret.ts";

const cases: RuleCases = {
  ...alertCases,
  ...applicationCases,
  ...passwordDatesCases,
  ...passwordOriginCases,
  ...roleAssignmentCases,
  ...secretInOutputCases,
  ...tagsCases,
  ...vaultSecretCases,
  ...vaultCases,
};

/** That something of this kind is there at all is what these rules are about, or what it is set to does not matter. */
const JUDGED_UNSEEN: ReadonlySet<string> = new Set([
  `vault-diagnostics ${types.vault}`,
  `password-end-date-relative ${types.applicationPassword}`,
  `password-end-date-relative ${types.servicePrincipalPassword}`,
  `password-in-credential ${types.application}`,
]);

function runRule(rule: Rule, resources: CheckedResource[], config: RuleConfig = {}): string[] {
  const whole = { ...defaultConfig(rule), ...config };
  return "check" in rule
    ? resources.flatMap((each) => rule.check(each, whole))
    : rule.checkStack(resources, whole).map(({ what }) => what);
}

describe("policy rules", () => {
  it("know a resource under every version of its API", () => {
    for (const [written, type] of [
      ["azure-native:keyvault/v20230701:Vault", types.vault],
      ["azure-native_keyvault_v20240401preview:keyvault:Secret", types.vaultSecret],
      ["azure-native:insights:ActionGroup", types.actionGroup],
      ["azure-native:insights/v20230101:ActionGroup", types.actionGroup],
      [types.applicationPassword, types.applicationPassword],
    ]) {
      assert.equal(canonicalType(written ?? ""), type, written);
    }
  });

  it("neither fail on, nor judge, what a preview knows nothing about", () => {
    const names = Object.values(cases)
      .flatMap(({ passes, stops }) => [...passes, ...stops.map(([resources]) => resources)])
      .flat()
      .flatMap(({ properties }) => Object.keys(properties));
    const all = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
    for (const rule of rules) {
      for (const type of Object.values(types)) {
        for (const properties of [all(UNKNOWN), all(SECRET)]) {
          if (JUDGED_UNSEEN.has(`${rule.name} ${type}`)) continue;
          const each = resource(type, properties, types.rotatingCredential);
          assert.deepEqual(runRule(rule, [each]), [], `${rule.name}: ${type}`);
        }
        for (const properties of [{}, all(null), all([null]), all({}), all("text"), all(7)]) {
          assert.doesNotThrow(() => runRule(rule, [resource(type, properties)]), `${rule.name}: ${type}`);
        }
      }
    }
  });

  it("are all tested", () => {
    assert.deepEqual(Object.keys(cases).toSorted(), rules.map(({ name }) => name).toSorted());
  });

  for (const rule of rules) {
    const run = (resources: CheckedResource[], config: RuleConfig = {}) => runRule(rule, resources, config);
    it(`${rule.name}: lets pass what is right`, () => {
      for (const resources of cases[rule.name]?.passes ?? []) assert.deepEqual(run(resources), []);
    });
    it(`${rule.name}: stops what is wrong, and says why and what to do`, () => {
      const stops = cases[rule.name]?.stops ?? [];
      assert.notEqual(stops.length, 0);
      for (const [resources, expected, config] of stops) {
        const found = run(resources, config);
        assert.equal(found.length, 1, found.join("; "));
        assert.match(found[0] ?? "", expected);
        assert.match(messageOf(rule, found[0] ?? ""), / Why it matters: .+\. Fix: .+\.$/);
        assert.ok(!found.some((what) => what.includes(VALUE)), "a violation never repeats a secret");
      }
    });
  }
});
