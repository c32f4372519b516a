import { partsOfUrn } from "./urn.ts";

/** A resource that the engine was making when it died: it may exist or not. */
export interface PendingCreate {
  urn: string;
  type: string;
  inputs: Record<string, unknown>;
}

/** The pending creations of an exported stack. */
export function pendingCreates(deployment: unknown): PendingCreate[] {
  const operations = (deployment as { pending_operations?: unknown } | undefined)?.pending_operations;
  if (!Array.isArray(operations)) return [];
  return operations.flatMap((operation: { type?: string; resource?: Record<string, unknown> }) => {
    if (operation.type !== "creating" || operation.resource === undefined) return [];
    const urn = String(operation.resource.urn);
    const inputs = (operation.resource.inputs ?? {}) as Record<string, unknown>;
    return [{ urn, type: partsOfUrn(urn).type, inputs }];
  });
}

/** The secrets that the engine was deleting when it died: `<object id>/password/<key id>` each. */
export function pendingPasswordDeletes(deployment: unknown): string[] {
  const operations = (deployment as { pending_operations?: unknown } | undefined)?.pending_operations;
  if (!Array.isArray(operations)) return [];
  return operations.flatMap((operation: { type?: string; resource?: Record<string, unknown> }) => {
    const { type, id } = operation.resource ?? {};
    const isPassword = type === "azuread:index/applicationPassword:ApplicationPassword";
    return operation.type === "deleting" && isPassword && typeof id === "string" ? [id] : [];
  });
}

/** Whether anything is left of an update that died. */
export function hasPendingOperations(deployment: unknown): boolean {
  const operations = (deployment as { pending_operations?: unknown } | undefined)?.pending_operations;
  return Array.isArray(operations) && operations.length > 0;
}

/** An exported stack, as `pulumi stack export` writes it. */
export interface ExportedStack {
  version?: number;
  deployment?: {
    resources?: Record<string, unknown>[];
    pending_operations?: { type?: string; resource?: Record<string, unknown> }[];
  };
}

/**
 * The stack with nothing pending: a creation with a known id becomes a resource, as if it had ended well (a
 * refresh then finds out whether it exists, and reads it); every other pending operation is forgotten.
 * @param ids by URN.
 * @param gone ids of secrets that were deleted before the engine could write that down: Entra refuses to delete
 * them again.
 */
export function settledStack(
  stack: ExportedStack,
  ids: ReadonlyMap<string, string>,
  gone: ReadonlySet<string> = new Set(),
): ExportedStack {
  const { resources: all = [], pending_operations: operations = [], ...rest } = stack.deployment ?? {};
  const resources = all.filter(({ id }) => !gone.has(String(id)));
  const known = new Set(resources.map(({ urn }) => urn));
  const taken = operations.flatMap(({ type, resource }) => {
    const id = ids.get(String(resource?.urn));
    return type !== "creating" || resource === undefined || id === undefined || known.has(resource.urn)
      ? []
      : [{ ...resource, id, outputs: resource.inputs }];
  });
  return { ...stack, deployment: { ...rest, resources: [...resources, ...taken] } };
}

/** Where resources live that Resource Manager finds by name. */
export interface ArmContext {
  subscriptionId: string;
}

/**
 * The id that a resource has if it was made before the engine died; undefined if it cannot be known from its
 * inputs alone. All of our Azure resources have names of their own, so that this is possible.
 */
export function armIdOf({ type, inputs }: PendingCreate, { subscriptionId }: ArmContext): string | undefined {
  const text = (name: string) => (typeof inputs[name] === "string" ? (inputs[name] as string) : undefined);
  const group = text("resourceGroupName");
  const inGroup =
    group === undefined ? undefined : `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
  const join = (base: string | undefined, ...parts: (string | undefined)[]) =>
    base === undefined || parts.includes(undefined) ? undefined : [base, ...parts].join("/");
  switch (type) {
    case "azure-native:resources:ResourceGroup":
      return inGroup;
    case "azure-native:keyvault:Vault":
      return join(inGroup, "providers/Microsoft.KeyVault/vaults", text("vaultName"));
    case "azure-native:keyvault:Secret":
      return join(
        inGroup,
        "providers/Microsoft.KeyVault/vaults",
        text("vaultName"),
        "secrets",
        text("secretName"),
      );
    case "azure-native:authorization:RoleAssignment": {
      const scope = text("scope")?.replace(/^\/?/, "/");
      return join(scope, "providers/Microsoft.Authorization/roleAssignments", text("roleAssignmentName"));
    }
    default:
      return namedResourceId(type, text, inGroup);
  }
}

/** The other kinds, all of the form `…/providers/<namespace>/<type>/<name>`: path and the input that holds the name. */
const NAMED: Readonly<Record<string, readonly [path: string, name: string]>> = {
  "azure-native:operationalinsights:Workspace": ["Microsoft.OperationalInsights/workspaces", "workspaceName"],
  "azure-native:applicationinsights:Component": ["Microsoft.Insights/components", "resourceName"],
  "azure-native:applicationinsights:Workbook": ["Microsoft.Insights/workbooks", "resourceName"],
  "azure-native:monitor:ActionGroup": ["Microsoft.Insights/actionGroups", "actionGroupName"],
  "azure-native:monitor:ScheduledQueryRule": ["Microsoft.Insights/scheduledQueryRules", "ruleName"],
  "azure-native:monitor:MetricAlert": ["Microsoft.Insights/metricAlerts", "ruleName"],
  "azure-native:eventgrid:SystemTopic": ["Microsoft.EventGrid/systemTopics", "systemTopicName"],
  "azure-native:managedidentity:UserAssignedIdentity": [
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "resourceName",
  ],
};

function namedResourceId(
  type: string,
  text: (name: string) => string | undefined,
  inGroup: string | undefined,
): string | undefined {
  if (type === "azure-native:eventgrid:SystemTopicEventSubscription") {
    const topic = text("systemTopicName");
    const name = text("eventSubscriptionName");
    return inGroup === undefined || topic === undefined || name === undefined
      ? undefined
      : `${inGroup}/providers/Microsoft.EventGrid/systemTopics/${topic}/eventSubscriptions/${name}`;
  }
  if (type === "azure-native:monitor:DiagnosticSetting") {
    const target = text("resourceUri");
    const name = text("name");
    return target === undefined || name === undefined
      ? undefined
      : `${target.replace(/^\/?/, "/")}/providers/Microsoft.Insights/diagnosticSettings/${name}`;
  }
  if (type === "azure-native:aadiam:DiagnosticSetting") {
    const name = text("name");
    return name === undefined ? undefined : `/providers/microsoft.aadiam/diagnosticSettings/${name}`;
  }
  const known = NAMED[type];
  const name = known === undefined ? undefined : text(known[1]);
  return inGroup === undefined || known === undefined || name === undefined
    ? undefined
    : `${inGroup}/providers/${known[0]}/${name}`;
}
