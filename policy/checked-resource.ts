/** A resource as rules see it: in a running update, in a preview, and in a stack's exported state alike. */
export interface CheckedResource {
  type: string;
  name: string;
  urn: string;
  /** The type of the resource that this one belongs to; undefined if that is the stack itself. */
  parentType: string | undefined;
  /**
   * Plain values. What a preview cannot know yet is `UNKNOWN`, what is marked as secret in a stack's state is
   * `SECRET`: a rule judges neither.
   */
  properties: Readonly<Record<string, unknown>>;
}

/** Not known before the update. */
export const UNKNOWN = Symbol("unknown");
/** Encrypted in the stack's state. */
export const SECRET = Symbol("secret");

export const types = {
  stack: "pulumi:pulumi:Stack",
  rotatingCredential: "keyturn:credential:RotatingCredential",
  application: "azuread:index/application:Application",
  applicationRegistration: "azuread:index/applicationRegistration:ApplicationRegistration",
  apiAccess: "azuread:index/applicationApiAccess:ApplicationApiAccess",
  appRoleAssignment: "azuread:index/appRoleAssignment:AppRoleAssignment",
  delegatedGrant:
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant",
  applicationPassword: "azuread:index/applicationPassword:ApplicationPassword",
  servicePrincipalPassword: "azuread:index/servicePrincipalPassword:ServicePrincipalPassword",
  trigger: "random:index/randomUuid:RandomUuid",
  resourceGroup: "azure-native:resources:ResourceGroup",
  vault: "azure-native:keyvault:Vault",
  vaultSecret: "azure-native:keyvault:Secret",
  roleAssignment: "azure-native:authorization:RoleAssignment",
  roleDefinition: "azure-native:authorization:RoleDefinition",
  diagnosticSetting: "azure-native:monitor:DiagnosticSetting",
  actionGroup: "azure-native:monitor:ActionGroup",
  queryAlert: "azure-native:monitor:ScheduledQueryRule",
  metricAlert: "azure-native:monitor:MetricAlert",
  activityAlert: "azure-native:monitor:ActivityLogAlert",
  eventAlert: "azure-native:eventgrid:SystemTopicEventSubscription",
  topicEventAlert: "azure-native:eventgrid:EventSubscription",
} as const;

/**
 * A resource's type without the version of Azure's API that a program asks for: the rules hold for each
 * (https://www.pulumi.com/registry/packages/azure-native/version-guide/).
 */
export function canonicalType(type: string): string {
  return type
    .replace(/^azure-native_[a-z0-9]+_v\d{8}[a-z]*:/, "azure-native:")
    .replace(/^(azure-native:[a-z0-9]+)\/v\d{8}[a-z]*:/, "$1:")
    .replace(/^azure-native:insights:/, "azure-native:monitor:");
}

/** Both kinds of client secret. */
export function isPassword({ type }: CheckedResource): boolean {
  return type === types.applicationPassword || type === types.servicePrincipalPassword;
}

/** The parent's type as a resource's URN tells it; undefined directly under the stack. */
export function parentTypeOf(urn: string): string | undefined {
  const chain = (urn.split("::")[2] ?? "").split("$");
  return chain.at(-2);
}

/** The value at a path of names; undefined where nothing is, `UNKNOWN` or `SECRET` where nothing can be seen. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found === "symbol") return found;
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** The items of a list that can be seen; empty for anything else. */
export function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether nothing is there; what cannot be seen is something. */
export function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
