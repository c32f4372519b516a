import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { belongsToRotation } from "../../../cli/pipeline/belongs-to-rotation.ts";
import type { Operation, Step } from "../../../cli/preview/events.ts";
import type { PlanReport } from "../../../infra/plan-report.ts";

const ROTATING = { type: "keyturn:credential:RotatingCredential", name: "mail" };
const PUBLISHED = { type: "keyturn:vault:PublishedSecret", name: "mail" };
const TRIGGER = "random:index/randomUuid:RandomUuid";
const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const VAULT_SECRET = "azure-native:keyvault:Secret";
const CURRENT_KEY = "11111111-1111-4111-8111-111111111111";
const PREVIOUS_KEY = "22222222-2222-4222-8222-222222222222";
const LOST_KEY = "33333333-3333-4333-8333-333333333333";
const NOW_MS = Date.parse("2026-05-01T00:00:00Z");

const current = { slot: "b", generation: 2, keyId: CURRENT_KEY, expiresAt: "2026-07-01T00:00:00Z" };
const previous = {
  slot: "a",
  generation: 1,
  keyId: PREVIOUS_KEY,
  expiresAt: "2026-05-20T00:00:00Z",
  retireAfter: "2026-04-20T00:00:00Z",
};

function plan(over: Partial<PlanReport> = {}): PlanReport {
  return {
    name: "mail",
    action: "rotate",
    reason: "due",
    refusals: [],
    consumers: ["mailman"],
    current,
    publish: { slot: "a", generation: 3, expiresAt: "2026-08-01T00:00:00Z" },
    next: { action: "retire", at: "2026-05-08T00:00:00Z", reason: "the overlap is over" },
    ...over,
  };
}

const { publish: _published, ...nothingToPublish } = plan();
const retiring: PlanReport = { ...nothingToPublish, action: "retire", previous, retiredGeneration: 1 };

function step(over: Partial<Step> & Pick<Step, "operation" | "type">): Step {
  const { type, name = "mail" } = over;
  return {
    urn: `urn:pulumi:dev::keyturn::${type}::${name}`,
    name,
    id: undefined,
    parent: ROTATING,
    changed: [],
    before: {},
    after: {},
    digest: "0",
    ...over,
  };
}

const trigger = (operation: Operation, name: string) => step({ operation, type: TRIGGER, name });
const password = (operation: Operation, keyId: string | undefined, over: Partial<Step> = {}) =>
  step({
    operation,
    type: PASSWORD,
    name: "mail-a",
    id: keyId === undefined ? undefined : `object/password/${keyId}`,
    after: operation === "delete" ? {} : { displayName: "keyturn/dev/mail/a/3" },
    ...over,
  });
const version = (changed: string[], over: Partial<Step> = {}) =>
  step({ operation: "update", type: VAULT_SECRET, parent: PUBLISHED, changed, ...over });
const NEW_VERSION = [
  "properties.attributes.expires",
  "properties.attributes.notBefore",
  "properties.value",
  "tags",
];

const belongs = (each: Step, of: PlanReport | undefined = plan(), nowMs = NOW_MS) =>
  belongsToRotation(each, of === undefined ? [] : [of], nowMs);

describe("what belongs to a rotation", () => {
  const cases: [string, Step, PlanReport?][] = [
    ["nothing", step({ operation: "same", type: "azure-native:keyvault:Vault" })],
    ["a component, which only groups", step({ operation: "update", type: ROTATING.type, parent: undefined })],
    ["the stack itself", step({ operation: "create", type: "pulumi:pulumi:Stack", parent: undefined })],
    ["the trigger of the generation to be published", trigger("create", "mail-a-3-20260501-2160h")],
    ["the new secret in a slot that was empty", password("create", undefined)],
    [
      "the new secret in place of one whose overlap is over",
      password("replace", PREVIOUS_KEY),
      plan({ previous }),
    ],
    ["the new secret in place of one that was lost", password("replace", LOST_KEY)],
    ["the published version", version(NEW_VERSION)],
    ["single tags of it", version(["tags.generation", "properties.value"])],
    ["the version that a repair publishes", version(NEW_VERSION), plan({ action: "rollback" })],
    [
      "the version of an update that died after it was published",
      version(["properties.value"], { after: { tags: { keyId: CURRENT_KEY } } }),
      { ...nothingToPublish, action: "keep" },
    ],
    ["the deletion of the previous secret", password("delete", PREVIOUS_KEY), retiring],
    ["and of its trigger", trigger("delete", "mail-a-1-20260301-2160h"), retiring],
    ["the deletion of a lost secret", password("delete", LOST_KEY)],
    ["and of a trigger of an earlier try", trigger("delete", "mail-a-3-20260430-2160h")],
  ];
  for (const [what, each, of] of cases) {
    it(`is ${what}`, () => assert.equal(belongs(each, of), true));
  }
});

describe("what does not belong to a rotation", () => {
  const early = Date.parse("2026-04-19T23:59:59Z");
  const cases: [string, Step, (PlanReport | undefined)?, number?][] = [
    ["the published secret, deleted", password("delete", CURRENT_KEY), retiring],
    ["the published secret, replaced", password("replace", CURRENT_KEY)],
    ["a secret that cannot be told from the published one", password("delete", undefined), retiring],
    ["the published secret's trigger, deleted", trigger("delete", "mail-b-2-20260301-2160h"), retiring],
    ["the previous secret before its promise is over", password("delete", PREVIOUS_KEY), retiring, early],
    ["its trigger before that", trigger("delete", "mail-a-1-20260301-2160h"), retiring, early],
    ["a slot filled before that", password("replace", PREVIOUS_KEY), plan({ previous }), early],
    ["a trigger that is replaced", trigger("replace", "mail-a-3-20260501-2160h")],
    ["a trigger whose memory is changed", trigger("update", "mail-a-3-20260501-2160h")],
    ["a trigger of another generation", trigger("create", "mail-a-4-20260501-2160h")],
    ["a trigger of another slot", trigger("create", "mail-b-3-20260501-2160h")],
    [
      "a secret of another generation",
      password("create", undefined, { after: { displayName: "keyturn/dev/mail/a/4" } }),
    ],
    [
      "a secret under a name of its own",
      password("create", undefined, { after: { displayName: "by hand" } }),
    ],
    [
      "a secret of another credential",
      password("create", undefined, { after: { displayName: "keyturn/dev/else/a/3" } }),
    ],
    [
      "a secret that moves to another application",
      password("replace", LOST_KEY, { changed: ["applicationId", "endDate"] }),
    ],
    ["a secret changed in place", password("update", LOST_KEY)],
    ["a secret where nothing is due", password("create", undefined), { ...nothingToPublish, action: "keep" }],
    [
      "a secret for a repair by the previous one",
      password("create", undefined),
      plan({ action: "rollback" }),
    ],
    ["a secret outside of our component", password("create", undefined, { parent: undefined })],
    ["a new version where nothing is to be published", version(NEW_VERSION), retiring],
    ["a version that says nothing of its change", version([])],
    [
      "a version of another secret than the published one",
      version(["properties.value"], { after: { tags: { keyId: LOST_KEY } } }),
      { ...nothingToPublish, action: "keep" },
    ],
    [
      "tags of the published version, rewritten",
      version(["tags.rotateAfter"], { after: { tags: { keyId: CURRENT_KEY } } }),
      { ...nothingToPublish, action: "keep" },
    ],
    ["a new version under another content type", version([...NEW_VERSION, "properties.contentType"])],
    ["a change of the secret as a whole", version(["properties"])],
    ["a secret that moves to another vault", version([...NEW_VERSION, "vaultName"])],
    ["the published secret, made anew", version(NEW_VERSION, { operation: "replace" })],
    ["the published secret, gone", version([], { operation: "delete" })],
    ["the published secret, missing in the vault", version([], { operation: "create" })],
    ["a vault secret outside of our component", version(NEW_VERSION, { parent: undefined })],
    ["a first deployment", password("create", undefined), plan({ action: "create" })],
    ["a revocation", password("create", undefined), plan({ action: "revoke" })],
    ["a credential that is left as it is", version(NEW_VERSION), plan({ stopped: "its tags were edited" })],
    ["a credential without a plan", version(NEW_VERSION), undefined],
    [
      "the splay, drawn anew",
      step({ operation: "replace", type: "random:index/randomInteger:RandomInteger" }),
    ],
  ];
  for (const [what, each, of = plan(), nowMs] of cases) {
    const plans = what === "a credential without a plan" ? [] : [of];
    it(`is ${what}`, () => assert.equal(belongsToRotation(each, plans, nowMs ?? NOW_MS), false));
  }

  it("is anything of any other type, whatever is planned", () => {
    const types = [
      "azuread:index/application:Application",
      "azuread:index/servicePrincipal:ServicePrincipal",
      "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
      "azure-native:authorization:RoleAssignment",
      "azure-native:keyvault:Vault",
      "azure-native:resources:ResourceGroup",
      "azure-native:monitor:ScheduledQueryRule",
      "azure-native:monitor:ActionGroup",
      "azure-native:eventgrid:SystemTopicEventSubscription",
      "azure-native:operationalinsights:Workspace",
      "pulumi:providers:azuread",
      "a-package:of:Tomorrow",
    ];
    const actions = ["create", "rotate", "revoke", "rollback", "retire", "wait", "hold", "keep"];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.constantFrom<Operation>("create", "update", "replace", "delete"),
        fc.constantFrom(ROTATING, PUBLISHED, undefined),
        fc.constantFrom(...actions),
        fc.array(fc.constantFrom(...NEW_VERSION, "displayName", "endDate")),
        (type, operation, parent, action, changed) => {
          const each = step({
            type,
            operation,
            parent,
            changed,
            after: { displayName: "keyturn/dev/mail/a/3" },
          });
          assert.equal(belongs(each, plan({ action, previous })), false);
        },
      ),
    );
  });

  it("is never a step that takes the published secret away, whatever is planned and when", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Operation>("replace", "delete"),
        fc.constantFrom("rotate", "rollback", "retire", "wait", "hold", "keep", "create", "revoke"),
        fc.boolean(),
        fc.integer({ min: 0, max: Date.parse("2030-01-01T00:00:00Z") }),
        (operation, action, withPrevious, nowMs) => {
          const of = plan({ action, ...(withPrevious && { previous, retiredGeneration: 1 }) });
          assert.equal(belongs(password(operation, CURRENT_KEY), of, nowMs), false);
        },
      ),
    );
  });
});
