import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { effectDigest, effectsOf } from "../../../cli/pipeline/effect.ts";
import { isDigest } from "../../../cli/pipeline/review-record.ts";
import { readEvents, type Step } from "../../../cli/preview/events.ts";
import type { PlanReport } from "../../../infra/plan-report.ts";

const NOW_MS = Date.parse("2026-05-01T00:00:00Z");
const PREFIX = "urn:pulumi:dev::keyturn::";

interface Resource {
  op?: string;
  type: string;
  name: string;
  inputs?: Record<string, unknown>;
  changed?: string[];
  parent?: string;
}

/** Steps as the engine tells of them. */
function steps(resources: readonly Resource[]): Step[] {
  const lines = resources.map(({ op = "create", type, name, inputs = {}, changed = [], parent }) => {
    const state = { inputs, ...(parent !== undefined && { parent: `${PREFIX}${parent}` }) };
    const metadata = {
      op,
      type,
      urn: `${PREFIX}${type}::${name}`,
      ...(op !== "create" && { old: state }),
      ...(op !== "delete" && { new: state }),
      detailedDiff: Object.fromEntries(changed.map((path) => [path, {}])),
    };
    return JSON.stringify({ resourcePreEvent: { metadata } });
  });
  return readEvents(lines).steps;
}

function digest(resources: readonly Resource[], plans: readonly PlanReport[] = [], stack = "dev"): string {
  return effectDigest(stack, effectsOf(steps(resources), plans, NOW_MS));
}

const group: Resource = {
  type: "azure-native:resources:ResourceGroup",
  name: "vault-group",
  inputs: { location: "westeurope", tags: { team: "sell" } },
};
const application: Resource = {
  op: "update",
  type: "azuread:index/application:Application",
  name: "mail",
  inputs: { displayName: "Mail", owners: ["x"] },
  changed: ["displayName"],
};
const PARENT = "keyturn:credential:RotatingCredential::mail";
const created = (day: string): Resource[] => [
  {
    type: "random:index/randomUuid:RandomUuid",
    name: `mail-a-1-${day}-2160h`,
    inputs: { keepers: { createdAt: day } },
    parent: PARENT,
  },
  {
    type: "azuread:index/applicationPassword:ApplicationPassword",
    name: "mail-a",
    inputs: { endDate: day },
    parent: PARENT,
  },
];
const plan: PlanReport = {
  name: "mail",
  action: "create",
  reason: "first deployment",
  refusals: [],
  consumers: [],
  publish: { slot: "a", generation: 1, expiresAt: "2026-08-01T00:00:00Z" },
  next: { action: "rotate", at: "2026-07-01T00:00:00Z", reason: "" },
};

describe("the digest of what an update would do", () => {
  it("is the same for the same effects in any order", () => {
    assert.equal(digest([group, application]), digest([application, group]));
    assert.ok(isDigest(digest([group])));
  });

  it("is another for other inputs, operations, names, types and stacks", () => {
    const others = [
      digest([group]),
      digest([group], [], "prod"),
      digest([{ ...group, inputs: { ...group.inputs, location: "northeurope" } }]),
      digest([{ ...group, inputs: { location: "westeurope", tags: { team: "support" } } }]),
      digest([{ ...group, op: "delete" }]),
      digest([{ ...group, name: "other" }]),
      digest([{ ...group, type: "azure-native:keyvault:Vault" }]),
      digest([group, application]),
      digest([]),
    ];
    assert.equal(new Set(others).size, others.length);
  });

  it("does not depend on the order of an input's keys", () => {
    const turned = { ...group, inputs: { tags: { team: "sell" }, location: "westeurope" } };
    assert.equal(digest([turned]), digest([group]));
  });

  it("is the same on another day for a credential that is made, whose dates are those of the day", () => {
    assert.equal(digest(created("20260501"), [plan]), digest(created("20260502"), [plan]));
    assert.notEqual(digest(created("20260501"), [plan]), digest([], [plan]));
  });

  it("does not change by a rotation that becomes due meanwhile", () => {
    const rotated = created("20260501").map((each) => ({ ...each, name: each.name.replace("-a-1", "-b-2") }));
    const [trigger, password] = rotated;
    assert.ok(trigger !== undefined && password !== undefined);
    const steps = [trigger, { ...password, inputs: { displayName: "keyturn/dev/mail/b/2" } }];
    const due: PlanReport = {
      ...plan,
      action: "rotate",
      publish: { slot: "b", generation: 2, expiresAt: "2026-08-01T00:00:00Z" },
      current: { slot: "a", generation: 1, keyId: "k", expiresAt: "2026-06-01T00:00:00Z" },
    };
    assert.equal(digest([group, ...steps], [due]), digest([group]));
  });

  it("differs whenever anything else is done besides", () => {
    const others = fc.constantFrom(
      "azure-native:keyvault:Vault",
      "azure-native:authorization:RoleAssignment",
    );
    fc.assert(
      fc.property(others, fc.constantFrom("create", "update", "delete"), fc.string(), (type, op, value) => {
        const more = { op, type, name: "more", inputs: { value } };
        assert.notEqual(digest([group, more]), digest([group]));
      }),
    );
  });
});

describe("an effect", () => {
  it("says in words what happens, and of which credential", () => {
    const [effect] = effectsOf(steps([{ ...application, parent: PARENT }]), [], NOW_MS);
    assert.equal(effect?.credential, "mail");
    assert.deepEqual(effect?.what, ["Application mail is updated: displayName"]);
  });

  it("has words for what a preview does not tell of by itself", () => {
    const parent = PARENT;
    const effects = effectsOf(
      steps([{ type: "random:index/randomInteger:RandomInteger", name: "mail-splay", parent }]),
      [],
      NOW_MS,
    );
    assert.equal(effects.length, 1);
    assert.match(effects[0]?.what.join() ?? "", /Splay mail-splay is created/);
  });
});
