import { type CheckedResource, parentTypeOf, types } from "../../../policy/checked-resource.ts";

/** Resources as the rules see them, and as they should be; a test spoils one. */

export type Properties = Record<string, unknown>;

export function resource(type: string, properties: Properties, parent?: string): CheckedResource {
  const chain = parent === undefined ? type : `${parent}$${type}`;
  const urn = `urn:pulumi:dev::keyturn::${chain}::it`;
  return { type, name: "it", urn, parentType: parentTypeOf(urn), properties };
}

export const SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111";
export const VAULT = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`;
export const role = (id: string) => `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
export const SECRETS_USER = role("4633458b-17de-408a-b874-0445c86b69e6");
export const READER = role("acdd72a7-3385-48ef-bd42-f606fba81ae7");
export const GRAPH = "00000003-0000-0000-c000-000000000000";
export const VALUE = `abc8Q~${"x".repeat(34)}`;

export const password = (over: Properties = {}, parent: string = types.rotatingCredential) =>
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
export const vault = (over: Properties = {}, rest: Properties = {}) =>
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
export const secret = (expires: unknown, over: Properties = {}) =>
  resource(types.vaultSecret, {
    properties: { value: VALUE, attributes: { expires } },
    tags: { keyId: "key-1" },
    ...over,
  });
export const assignment = (over: Properties = {}) =>
  resource(types.roleAssignment, {
    scope: `${VAULT}/secrets/mail`,
    roleDefinitionId: SECRETS_USER,
    principalType: "ServicePrincipal",
    ...over,
  });
export const application = (over: Properties = {}) =>
  resource(types.application, { signInAudience: "AzureADMyOrg", ...over });
export const asks = (id: string, type: string) =>
  application({ requiredResourceAccesses: [{ resourceAppId: GRAPH, resourceAccesses: [{ id, type }] }] });
export const MAIL_SEND_ID = "b633e1c5-b582-4048-a93e-9f11b44c7e96";
export const MAIL_SEND = asks(MAIL_SEND_ID, "Role");
/** Directory.ReadWrite.All */
export const WRITE_ALL = "19dbc75e-c2e2-444c-a770-ec69d8559fc7";
export const trigger = (createdAt: string) =>
  resource(types.trigger, { keepers: { credential: "mail", slot: "a", generation: "1", createdAt } });
export const AUDIT_LOG = { categoryGroup: "audit", enabled: true };
export const diagnostics = (resourceUri: unknown, over: Properties = {}) =>
  resource(types.diagnosticSetting, { resourceUri, workspaceId: "ws", logs: [AUDIT_LOG], ...over });
export const onGroup = (id: string) =>
  assignment({ scope: `${SUBSCRIPTION}/resourceGroups/rg`, roleDefinitionId: role(id) });
export const ALERTED = { endpointType: "MonitorAlert", severity: "Sev2" };
export const seconds = (text: string) => Date.parse(text) / 1000;
