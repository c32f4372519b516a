import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type CheckedResource,
  canonicalType,
  parentTypeOf,
  SECRET,
  types,
  UNKNOWN,
} from "../../policy/checked-resource.ts";
import { defaultConfig, messageOf, type Rule, type RuleConfig } from "../../policy/rule.ts";
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
const MAIL_SEND_ID = "b633e1c5-b582-4048-a93e-9f11b44c7e96";
const MAIL_SEND = asks(MAIL_SEND_ID, "Role");
/** Directory.ReadWrite.All */
const WRITE_ALL = "19dbc75e-c2e2-444c-a770-ec69d8559fc7";
const trigger = (createdAt: string) =>
  resource(types.trigger, { keepers: { credential: "mail", slot: "a", generation: "1", createdAt } });
const AUDIT_LOG = { categoryGroup: "audit", enabled: true };
const diagnostics = (resourceUri: unknown, over: Properties = {}) =>
  resource(types.diagnosticSetting, { resourceUri, workspaceId: "ws", logs: [AUDIT_LOG], ...over });
const onGroup = (id: string) =>
  assignment({ scope: `${SUBSCRIPTION}/resourceGroups/rg`, roleDefinitionId: role(id) });
const ALERTED = { endpointType: "MonitorAlert", severity: "Sev2" };
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
      [[password({ endDate: null })], /missing/],
      [[password({ endDate: "next year" })], /no moment/],
      [[resource(types.servicePrincipalPassword, {})], /missing/],
    ],
  },
  "password-end-date-relative": {
    passes: [[password()], [password({ endDateRelative: null })]],
    stops: [
      [[password({ endDateRelative: "720h" })], /endDateRelative is set/],
      // Whatever it will be: the provider never sends it.
      [[password({ endDateRelative: UNKNOWN })], /endDateRelative is set/],
    ],
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
      // Other spellings of a moment, as the provider takes them too.
      [
        [password({ startDate: "2024-01-01T00:00:00.000Z", endDate: "2028-01-01T01:00:00+01:00" })],
        /lives for 1461 days; at most 730/,
      ],
    ],
  },
  "password-in-credential": {
    passes: [[password()], [application()]],
    stops: [
      [[password({}, "my:own:Component")], /outside of a RotatingCredential/],
      [[resource(types.applicationPassword, {})], /outside/],
      [[application({ password: { displayName: "mine" } })], /secret of its own/],
      [[application({ passwords: [{ displayName: "mine" }] })], /secret of its own/],
    ],
  },
  "password-trigger": {
    passes: [[password()], [password({ rotateWhenChanged: { trigger: UNKNOWN } })]],
    stops: [
      [[password({ rotateWhenChanged: undefined })], /no trigger/],
      [[password({ rotateWhenChanged: { trigger: null } })], /no trigger/],
      [[password({ rotateWhenChanged: { trigger: "" } })], /no trigger/],
    ],
  },
  "vault-secret-expiry": {
    passes: [[secret(1)], [secret(UNKNOWN)], [secret(1, { properties: UNKNOWN })]],
    stops: [
      [[secret(undefined)], /expires is missing/],
      [[secret(null)], /expires is missing/],
      [[secret(0)], /expires is no moment/],
      [[secret("soon")], /expires is no moment/],
    ],
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
      [
        [password({ endDate: "2027-01-01T01:00:00+01:00" }), secret(String(seconds("2027-01-02T00:00:00Z")))],
        /expires on 2027-01-02T00:00:00Z, its credential on 2027-01-01T00:00:00Z/,
      ],
    ],
  },
  "vault-rbac": {
    passes: [[vault()], [vault({ enableRbacAuthorization: UNKNOWN })], [vault({}, { properties: UNKNOWN })]],
    stops: [
      [[vault({ enableRbacAuthorization: false })], /enableRbac/],
      [[vault({ enableRbacAuthorization: undefined })], /enableRbac/],
    ],
  },
  "vault-recoverable": {
    passes: [
      [vault()],
      [vault({ enableSoftDelete: undefined })],
      [vault({ enablePurgeProtection: UNKNOWN, softDeleteRetentionInDays: UNKNOWN })],
      [vault({}, { properties: UNKNOWN })],
    ],
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
        diagnostics(undefined, {
          id: `${VAULT}/providers/microsoft.insights/diagnosticSettings/audit`,
        }),
      ],
      [vault({}, { id: UNKNOWN }), diagnostics(UNKNOWN)],
      [vault(), diagnostics(VAULT, { logs: [{ category: "AuditEvent", enabled: true }] })],
      [vault(), diagnostics(VAULT, { logs: [{ categoryGroup: "allLogs", enabled: true }] })],
      [vault(), diagnostics(VAULT, { logs: UNKNOWN, workspaceId: UNKNOWN })],
      [vault(), diagnostics(VAULT, { workspaceId: undefined, storageAccountId: "st" })],
    ],
    stops: [
      [[vault()], /no DiagnosticSetting/],
      [[vault(), diagnostics(`${VAULT}-other`)], /no DiagnosticSetting/],
      [[vault(), diagnostics(VAULT, { logs: [] })], /no DiagnosticSetting/],
      [[vault(), diagnostics(VAULT, { logs: undefined })], /no DiagnosticSetting/],
      [[vault(), diagnostics(VAULT, { logs: [{ ...AUDIT_LOG, enabled: false }] })], /no DiagnosticSetting/],
      [
        [
          vault(),
          diagnostics(VAULT, { logs: [{ category: "AzurePolicyEvaluationDetails", enabled: true }] }),
        ],
        /no DiagnosticSetting/,
      ],
      [[vault(), diagnostics(VAULT, { workspaceId: undefined })], /no DiagnosticSetting/],
      [[vault(), diagnostics(UNKNOWN, { logs: [] })], /no DiagnosticSetting/],
    ],
  },
  "role-assignment-scope": {
    passes: [
      [assignment()],
      [assignment({ scope: VAULT, roleDefinitionId: READER })],
      [assignment({ scope: UNKNOWN, roleDefinitionId: UNKNOWN })],
      [resource(types.roleDefinition, { permissions: UNKNOWN })],
      [
        resource(types.roleDefinition, {
          permissions: [
            {
              actions: ["Microsoft.KeyVault/vaults/read", UNKNOWN],
              dataActions: ["Microsoft.KeyVault/vaults/secrets/delete"],
            },
            { actions: ["Microsoft.Authorization/roleAssignments/write"] },
            { actions: ["Microsoft.Authorization/*"], notActions: ["Microsoft.Authorization/*/Write"] },
          ],
        }),
      ],
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
      [[onGroup("B24988AC-6180-42A0-AB88-20F7382DD24C")], /the role is Contributor/],
      [[onGroup("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9/")], /the role is User Access Administrator/],
      [[onGroup("f58310d9-a9f6-439a-9e8d-f62e7b41a168")], /is Role Based Access Control Administrator/],
      [[onGroup("00482a5a-887f-4fb3-b363-3b7fe8e74483")], /the role is Key Vault Administrator/],
      [[onGroup("8b54135c-b56d-4d72-a534-26097cfdc8d8")], /is Key Vault Data Access Administrator/],
      [[onGroup("f25e0fa2-a7c8-4377-a976-54943a77a395")], /the role is Key Vault Contributor/],
      [[onGroup("e40ec5ca-96e0-45a2-b4ff-59039f2c2b59")], /the role is Managed Identity Contributor/],
      [[onGroup("b86a8fe4-44ce-4948-aee5-eccb2c155cd7")], /Secrets Officer is given for more than one/],
      [[onGroup("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba")], /Certificate User is given for more than one/],
      [[assignment({ scope: `${VAULT}/secrets` })], /Key Vault Secrets User is given for more than one/],
      [
        [resource(types.roleDefinition, { permissions: [{ actions: ["*"] }] })],
        /the role's own permissions allow Microsoft\.Authorization\/roleAssignments\/write \(\*\)/,
      ],
      [
        [resource(types.roleDefinition, { permissions: [{ dataActions: ["Microsoft.KeyVault/vaults/*"] }] })],
        /permissions allow Microsoft\.KeyVault\/vaults\/secrets\/getSecret\/action \(Microsoft\.KeyVault\/vaults\/\*\)/,
      ],
    ],
  },
  "role-assignment-principal-type": {
    passes: [[assignment()], [assignment({ principalType: UNKNOWN })]],
    stops: [
      [[assignment({ principalType: undefined })], /principalType is missing/],
      [[assignment({ principalType: null })], /principalType is missing/],
      [[assignment({ principalType: "Unknown" })], /principalType is "Unknown"/],
    ],
  },
  "role-assignment-no-user": {
    passes: [[assignment({ principalType: "Group" })]],
    stops: [
      [[assignment({ principalType: "User" })], /principalType is User/],
      [[assignment({ principalType: "user" })], /principalType is user/],
    ],
  },
  "graph-permissions": {
    passes: [
      [MAIL_SEND],
      [application()],
      [application({ requiredResourceAccesses: UNKNOWN })],
      [application({ requiredResourceAccesses: [UNKNOWN, null] })],
      [
        resource(types.apiAccess, {
          apiClientId: GRAPH,
          roleIds: [MAIL_SEND_ID, UNKNOWN],
          scopeIds: UNKNOWN,
        }),
      ],
      [resource(types.appRoleAssignment, { appRoleId: MAIL_SEND_ID, resourceObjectId: UNKNOWN })],
      [resource(types.delegatedGrant, { claimValues: ["Mail.Send", UNKNOWN] })],
    ],
    stops: [
      [[asks(WRITE_ALL, "Role")], /19dbc75e-.*\/role is not on the allowed list/],
      [[MAIL_SEND], /the permission Mail\.Send is not/, { allowed: ["Mail.Read"] }],
      [
        [resource(types.apiAccess, { apiClientId: GRAPH, roleIds: [MAIL_SEND_ID, WRITE_ALL] })],
        /19dbc75e-.*\/role is not on the allowed list/,
      ],
      [[resource(types.apiAccess, { apiClientId: GRAPH, scopeIds: [WRITE_ALL] })], /\/scope is not on/],
      [[resource(types.appRoleAssignment, { appRoleId: WRITE_ALL })], /permission 19dbc75e-.* is not on/],
      [
        [resource(types.delegatedGrant, { claimValues: ["User.Read", "Directory.ReadWrite.All"] })],
        /the permission Directory\.ReadWrite\.All is not on/,
      ],
    ],
  },
  "application-audience": {
    passes: [
      [application()],
      [application({ signInAudience: "AzureADMultipleOrgs" })],
      [application({ signInAudience: UNKNOWN })],
    ],
    stops: [
      [[application({ signInAudience: "AzureADandPersonalMicrosoftAccount" })], /PersonalMicrosoftAccount/],
      [[application({ signInAudience: "PersonalMicrosoftAccount" })], /Personal/],
      [
        [resource(types.applicationRegistration, { signInAudience: "PersonalMicrosoftAccount" })],
        /signInAudience is Personal/,
      ],
    ],
  },
  "secret-in-output": {
    passes: [
      [secret(1)],
      [password({ value: VALUE }), resource(types.stack, { credentials: { keyId: "key-1", at: UNKNOWN } })],
      [secret(1, { properties: UNKNOWN })],
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
      [[secret(1, { properties: { value: "", contentType: VALUE } })], /properties\.contentType holds/],
      [[resource(types.stack, { list: [{ [VALUE]: true }] })], /a name in list\.0 holds/],
    ],
  },
  "alert-receivers": {
    passes: [
      [resource(types.queryAlert, { actions: { actionGroups: ["id"] } })],
      [resource(types.queryAlert, { actions: { actionGroups: UNKNOWN } })],
      [resource(types.metricAlert, { actions: [{ actionGroupId: "id" }] })],
      [resource(types.actionGroup, { enabled: true, emailReceivers: [{ name: "on call" }] })],
      [resource(types.actionGroup, { enabled: UNKNOWN, smsReceivers: UNKNOWN })],
      [resource(types.eventAlert, { destination: { ...ALERTED, actionGroups: ["id"] } })],
      [resource(types.eventAlert, { destination: { ...ALERTED, actionGroups: UNKNOWN } })],
      [resource(types.eventAlert, { destination: UNKNOWN })],
      [resource(types.eventAlert, { destination: { endpointType: "WebHook" } })],
      [resource(types.activityAlert, { actions: { actionGroups: [{ actionGroupId: "id" }] } })],
    ],
    stops: [
      [[resource(types.queryAlert, { actions: { actionGroups: [] } })], /actionGroups is empty/],
      [[resource(types.queryAlert, { actions: { actionGroups: [""] } })], /actionGroups is empty/],
      [
        [resource(types.queryAlert, { actions: { actionGroups: ["id"] }, enabled: false })],
        /rule is disabled/,
      ],
      [[resource(types.metricAlert, { actions: [{ actionGroupId: "id" }], enabled: false })], /is disabled/],
      [[resource(types.activityAlert, { actions: { actionGroups: [] } })], /actionGroups is empty/],
      [
        [resource(types.eventAlert, { destination: { ...ALERTED, actionGroups: [] } })],
        /actionGroups is empty/,
      ],
      [[resource(types.eventAlert, { destination: ALERTED })], /destination\.actionGroups is empty/],
      [[resource(types.topicEventAlert, { destination: ALERTED })], /destination\.actionGroups is empty/],
      [[resource(types.metricAlert, {})], /actions is empty/],
      [[resource(types.actionGroup, { enabled: true, emailReceivers: [] })], /no receiver/],
      [
        [resource(types.actionGroup, { emailReceivers: [{ name: "left", status: "Disabled" }] })],
        /no receiver that is enabled/,
      ],
      [[resource(types.actionGroup, { enabled: false, emailReceivers: [{}] })], /disabled/],
    ],
  },
  "required-tags": {
    passes: [[vault()], [vault({}, { tags: UNKNOWN })], [secret(1)]],
    stops: [
      [[vault({}, { tags: { team: "sell" } })], /missing tags: environment, service/],
      [[vault({}, { tags: { team: " ", environment: null, service: "x" } })], /tags: environment, team/],
      [[resource(types.resourceGroup, {})], /missing tags: cost/, { required: ["cost"] }],
    ],
  },
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
