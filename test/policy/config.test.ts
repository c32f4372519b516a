import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { configuredRules } from "../../policy/config.ts";
import { rules } from "../../policy/rules/index.ts";

const find = (settings: unknown, name: string) =>
  configuredRules(rules, settings).find(({ rule }) => rule.name === name);

describe("settings of the rules", () => {
  it("take CrossGuard's own form", () => {
    assert.equal(find({}, "vault-diagnostics")?.level, "advisory");
    assert.equal(find({ "vault-diagnostics": "mandatory" }, "vault-diagnostics")?.level, "mandatory");
    assert.equal(find({ all: "advisory" }, "vault-rbac")?.level, "advisory");
    assert.equal(find({ all: "advisory", "vault-rbac": "disabled" }, "vault-rbac")?.level, "disabled");
    const lifetime = find({ "password-lifetime": { maxDays: 90 } }, "password-lifetime");
    assert.equal(lifetime?.level, "mandatory");
    assert.deepEqual(lifetime.config, { maxDays: 90 });
    assert.deepEqual(find({}, "password-lifetime")?.config, { maxDays: 730 });
  });

  it("are refused with everything that is wrong", () => {
    assert.throws(
      () =>
        configuredRules(rules, {
          "no-such-rule": "advisory",
          "vault-rbac": "strict",
          "password-lifetime": { maxDays: 0, minDays: 1 },
          "required-tags": { required: "team" },
          "vault-diagnostics": { enforcementLevel: { level: "mandatory" } },
          all: { enforcementLevel: "advisory", maxDays: 30 },
        }),
      ({ message }: Error) => {
        assert.match(message, /^no-such-rule: is no rule; the rules are: password-end-date/m);
        assert.match(
          message,
          /^vault-rbac: the level is "strict" instead of mandatory, advisory or disabled$/m,
        );
        assert.match(message, /^password-lifetime\.maxDays: /m);
        assert.match(message, /^password-lifetime\.minDays: is no option; the options are: maxDays$/m);
        assert.match(message, /^required-tags\.required: /m);
        assert.match(message, /^vault-diagnostics: the level is \{"level":"mandatory"\} instead of/m);
        assert.match(message, /^all\.maxDays: is no option; the options are: none$/m);
        return true;
      },
    );
    assert.throws(() => configuredRules(rules, []), /must be an object/);
  });
});
