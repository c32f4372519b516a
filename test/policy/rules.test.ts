import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CheckedResource, parentTypeOf, types, UNKNOWN } from "../../policy/checked-resource.ts";
import { defaultConfig, messageOf, type RuleConfig } from "../../policy/rule.ts";
import { rules } from "../../policy/rules/index.ts";

type Properties = Record<string, unknown>;

function resource(type: string, properties: Properties, parent?: string): CheckedResource {
  const chain = parent === undefined ? type : `${parent}$${type}`;
  const urn = `urn:pulumi:dev::keyturn::${chain}::it`;
  return { type, name: "it", urn, parentType: parentTypeOf(urn), properties };
}

const SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111";
const VAULT = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`;
const role = (id: string) => `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const SECRETS_USER = role("4633458b-17de-408a-b874-0445c86b69e6");
const READER = role("acdd72a7-3385-48ef-bd42-f606fba81ae7");
const GRAPH = "00000003-0000-0000-c000-000000000000";
const VALUE = `abc8Q~${"x".repeat(34)}`;

const password = (over: Properties = {}, parent: string = types.rotatingCredential) =>
  resource(
    types.applicationPassword,
    {
      displayName: "keyturn/dev/mail/a/1",
      endDate: "2027-01-01T00:00:00Z",
      rotateWhenChanged: { trigger: "1" },
      keyId: "key-1",
      ...over,
    },
    parent,
  );
const vault = (over: Properties = {}, rest: Properties = {}) =>
  resource(types.vault, {
    id: VAULT,
    tags: { environment: "dev", service: "mailman", team: "sell" },
    properties: {
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
      ...over,
    },
    ...rest,
  });
const secret = (expires: unknown, over: Properties = {}) =>
  resource(types.vaultSecret, {
    properties: { value: VALUE, attributes: { expires } },
    tags: { keyId: "key-1" },
    ...over,
  });
const assignment = (over: Properties = {}) =>
  resource(types.roleAssignment, {
    scope: `${VAULT}/secrets/mail`,
    roleDefinitionId: SECRETS_USER,
    principalType: "ServicePrincipal",
    ...over,
  });
const application = (over: Properties = {}) =>
  resource(types.application, { signInAudience: "AzureADMyOrg", ...over });
const asks = (id: string, type: string) =>
  application({ requiredResourceAccesses: [{ resourceAppId: GRAPH, resourceAccesses: [{ id, type }] }] });
const MAIL_SEND = asks("b633e1c5-b582-4048-a93e-9f11b44c7e96", "Role");
const trigger = (createdAt: string) =>
  resource(types.trigger, { keepers: { credential: "mail", slot: "a", generation: "1", createdAt } });
const diagnostics = (resourceUri: unknown) => resource(types.diagnosticSetting, { resourceUri });
const seconds = (text: string) => Date.parse(text) / 1000;

/** For each rule: what it lets pass, what it stops, and for the latter a part of what it says. */
const cases: Record<
  string,
  { passes: CheckedResource[][]; stops: [CheckedResource[], RegExp, RuleConfig?][] }
> = {
  "password-end-date": {
    passes: [[password()], [password({ endDate: UNKNOWN })], [application()]],
    stops: [
      [[password({ endDate: undefined })], /endDate is missing/],
      [[password({ endDate: "" })], /missing/],
      [[password({ endDate: "next year" })], /no moment/],
      [[resource(types.servicePrincipalPassword, {})], /missing/],
    ],
  },
  "password-end-date-relative": {
    passes: [[password()]],
    stops: [[[password({ endDateRelative: "720h" })], /endDateRelative is set/]],
  },
  "password-lifetime": {
    passes: [
      [password({ startDate: "2026-01-01T00:00:00Z" })],
      [password(), trigger("2026-10-01T00:00:00Z")],
      [password({ endDate: UNKNOWN, startDate: "2020-01-01T00:00:00Z" })],
    ],
    stops: [
      [[password({ startDate: "2024-01-01T00:00:00Z" })], /lives for 1096 days; at most 730/],
      [[password(), trigger("2026-10-01T00:00:00Z")], /92 days; at most 90/, { maxDays: 90 }],
    ],
  },
  "password-in-credential": {
    passes: [[password()], [application()]],
    stops: [
      [[password({}, "my:own:Component")], /outside of a RotatingCredential/],
      [[resource(types.applicationPassword, {})], /outside/],
      [[application({ password: { displayName: "mine" } })], /secret of its own/],
    ],
  },
  "password-trigger": {
    passes: [[password()], [password({ rotateWhenChanged: { trigger: UNKNOWN } })]],
    stops: [[[password({ rotateWhenChanged: undefined })], /no trigger/]],
  },
  "vault-secret-expiry": {
    passes: [[secret(1)], [secret(UNKNOWN)], [secret(1, { properties: UNKNOWN })]],
    stops: [[[secret(undefined)], /expires is missing/]],
  },
  "vault-secret-outlives": {
    passes: [
      [password(), secret(seconds("2027-01-01T00:00:00Z"))],
      [password(), secret(UNKNOWN)],
      [password({ keyId: "other" }), secret(seconds("2028-01-01T00:00:00Z"))],
    ],
    stops: [
      [
        [password(), secret(seconds("2027-01-02T00:00:00Z"))],
        /expires on 2027-01-02T00:00:00Z, its credential on 2027-01-01T00:00:00Z/,
      ],
    ],
  },
  "vault-rbac": {
    passes: [[vault()]],
    stops: [
      [[vault({ enableRbacAuthorization: false })], /enableRbac/],
      [[vault({ enableRbacAuthorization: undefined })], /enableRbac/],
    ],
  },
  "vault-recoverable": {
    passes: [[vault()], [vault({ enableSoftDelete: undefined })]],
    stops: [
      [[vault({ enableSoftDelete: false })], /enableSoftDelete is false/],
      [[vault({ enablePurgeProtection: undefined })], /enablePurgeProtection/],
      [[vault({ softDeleteRetentionInDays: 7 })], /is 7; at least 30/],
    ],
  },
  "vault-diagnostics": {
    passes: [
      [vault(), diagnostics(VAULT.toUpperCase().slice(1))],
      [
        vault(),
        resource(types.diagnosticSetting, {
          id: `${VAULT}/providers/microsoft.insights/diagnosticSettings/audit`,
        }),
      ],
      [vault({}, { id: UNKNOWN }), diagnostics(UNKNOWN)],
    ],
    stops: [
      [[vault()], /no DiagnosticSetting/],
      [[vault(), diagnostics(`${VAULT}-other`)], /no DiagnosticSetting/],
    ],
  },
  "role-assignment-scope": {
    passes: [
      [assignment()],
      [assignment({ scope: VAULT, roleDefinitionId: READER })],
      [assignment({ scope: UNKNOWN, roleDefinitionId: UNKNOWN })],
    ],
    stops: [
      [[assignment({ scope: VAULT })], /Key Vault Secrets User is given for more than one secret/],
      [[assignment({ scope: SUBSCRIPTION, roleDefinitionId: READER })], /a whole subscription/],
      [[assignment({ scope: "/", roleDefinitionId: READER })], /the whole tenant/],
      [
        [
          assignment({
            scope: "/providers/Microsoft.Management/managementGroups/root",
            roleDefinitionId: READER,
          }),
        ],
        /management group/,
      ],
      [[assignment({ roleDefinitionId: role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635") })], /the role is Owner/],
    ],
  },
  "role-assignment-principal-type": {
    passes: [[assignment()]],
    stops: [[[assignment({ principalType: undefined })], /principalType is missing/]],
  },
  "role-assignment-no-user": {
    passes: [[assignment({ principalType: "Group" })]],
    stops: [[[assignment({ principalType: "User" })], /principalType is User/]],
  },
  "graph-permissions": {
    passes: [[MAIL_SEND], [application()], [application({ requiredResourceAccesses: UNKNOWN })]],
    stops: [
      // Directory.ReadWrite.All
      [
        [asks("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Role")],
        /19dbc75e-.*\/role is not on the allowed list/,
      ],
      [[MAIL_SEND], /the permission Mail\.Send is not/, { allowed: ["Mail.Read"] }],
    ],
  },
  "application-audience": {
    passes: [[application()], [application({ signInAudience: "AzureADMultipleOrgs" })]],
    stops: [
      [[application({ signInAudience: "AzureADandPersonalMicrosoftAccount" })], /PersonalMicrosoftAccount/],
      [[application({ signInAudience: "PersonalMicrosoftAccount" })], /Personal/],
    ],
  },
  "secret-in-output": {
    passes: [
      [secret(1)],
      [password({ value: VALUE }), resource(types.stack, { credentials: { keyId: "key-1" } })],
    ],
    stops: [
      [[resource(types.stack, { leaked: { deep: VALUE } })], /leaked\.deep holds/],
      [
        [
          password({ value: "another form, of 30 characters" }),
          resource(types.stack, { x: "s=another form, of 30 characters" }),
        ],
        /x holds/,
      ],
      [[secret(1, { tags: { copy: VALUE } })], /tags\.copy holds/],
    ],
  },
  "alert-receivers": {
    passes: [
      [resource(types.queryAlert, { actions: { actionGroups: ["id"] } })],
      [resource(types.queryAlert, { actions: { actionGroups: UNKNOWN } })],
      [resource(types.metricAlert, { actions: [{ actionGroupId: "id" }] })],
      [resource(types.actionGroup, { enabled: true, emailReceivers: [{ name: "on call" }] })],
    ],
    stops: [
      [[resource(types.queryAlert, { actions: { actionGroups: [] } })], /actionGroups is empty/],
      [[resource(types.metricAlert, {})], /actions is empty/],
      [[resource(types.actionGroup, { enabled: true, emailReceivers: [] })], /no receiver/],
      [[resource(types.actionGroup, { enabled: false, emailReceivers: [{}] })], /disabled/],
    ],
  },
  "required-tags": {
    passes: [[vault()], [vault({}, { tags: UNKNOWN })], [secret(1)]],
    stops: [
      [[vault({}, { tags: { team: "sell" } })], /missing tags: environment, service/],
      [[resource(types.resourceGroup, {})], /missing tags: cost/, { required: ["cost"] }],
    ],
  },
};

describe("policy rules", () => {
  it("are all tested", () => {
    assert.deepEqual(Object.keys(cases).toSorted(), rules.map(({ name }) => name).toSorted());
  });

  for (const rule of rules) {
    const run = (resources: CheckedResource[], config: RuleConfig = {}) => {
      const whole = { ...defaultConfig(rule), ...config };
      return "check" in rule
        ? resources.flatMap((each) => rule.check(each, whole))
        : rule.checkStack(resources, whole).map(({ what }) => what);
    };
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
