import type { GraphPermission } from "./graph-permissions.ts";
import { layoutOf, type StackLayout } from "./layout.ts";
import { pipelineRoleId, pipelineRoles } from "./pipeline-roles.ts";
import { type AzureRight, operatorRights, rightAssignmentName, rightsOf } from "./rights.ts";
import type { BootstrapSettings } from "./settings.ts";

/** A resource of the program in `bootstrap/`, and how to find it in Azure. */
export interface DeclaredResource {
  type: string;
  name: string;
  /** The component that it belongs to. */
  parent: { type: string; name: string } | undefined;
  found: ArmPlace | GraphGrant;
}

/** By its id in Resource Manager, with a version of the API that knows its type. */
export interface ArmPlace {
  kind: "arm";
  id: string;
  apiVersion: string;
}

/** By what it grants: its id is Entra's own. */
export interface GraphGrant {
  kind: "grant";
  /** Id of the managed identity in Resource Manager. */
  identityId: string;
  permission: GraphPermission;
}

const BACKEND = { type: "keyturn:identity:StateBackend", name: "state" };

/** Everything that the program declares, in an order in which it can be made. Pure; a test holds the two together. */
export function declaredResources(settings: BootstrapSettings): DeclaredResource[] {
  const layout = layoutOf(settings);
  const { subscription } = layout;
  const roles = pipelineRoles(layout.label).map(({ key }) =>
    arm("authorization:RoleDefinition", key, {
      id: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${pipelineRoleId(settings, key)}`,
      apiVersion: "2022-04-01",
    }),
  );
  const inBackend = (type: string, name: string, place: Omit<ArmPlace, "kind">) =>
    arm(type, name, place, BACKEND);
  const storage = { apiVersion: "2024-01-01" };
  const vault = { apiVersion: "2024-11-01" };
  const backend = [
    inBackend("storage:StorageAccount", "state", { ...storage, id: layout.storageAccount.id }),
    inBackend("storage:BlobServiceProperties", "state", { ...storage, id: layout.blobService.id }),
    inBackend("keyvault:Vault", "state", { ...vault, id: layout.keyVault.id }),
    inBackend("operationalinsights:Workspace", "state", {
      id: layout.workspace.id,
      apiVersion: "2023-09-01",
    }),
    inBackend("monitor:DiagnosticSetting", "state", {
      id: `${layout.keyVault.id}/providers/Microsoft.Insights/diagnosticSettings/keyturn`,
      apiVersion: "2021-05-01-preview",
    }),
    ...layout.stacks.flatMap((stack) => [
      inBackend("storage:BlobContainer", stack.settings.name, { ...storage, id: stack.container.id }),
      inBackend("keyvault:Key", stack.settings.name, { ...vault, id: stack.key.id }),
      ...operatorAssignments(settings, stack),
    ]),
  ];
  return [
    groupResource("pipelines", layout.group.id),
    ...layout.stacks.map(({ settings: { name }, group }) => groupResource(name, group.id)),
    ...roles.filter(({ name }) => settings.backend === "azure" || name === "deployer"),
    ...(settings.backend === "azure" ? backend : []),
    ...layout.stacks.flatMap((stack) => identityResources(settings, stack)),
  ];
}

function identityResources(settings: BootstrapSettings, stack: StackLayout): DeclaredResource[] {
  return stack.identities.flatMap((declared) => {
    const { name, identity, federations } = declared;
    const parent = { type: "keyturn:identity:DeploymentIdentity", name };
    const rights = rightsOf(settings, stack, declared);
    const version = { apiVersion: "2023-01-31" };
    return [
      arm("managedidentity:UserAssignedIdentity", name, { ...version, id: identity.id }, parent),
      ...federations.map(({ environment, id }) =>
        arm("managedidentity:FederatedIdentityCredential", environment, { ...version, id }, parent),
      ),
      ...rights.azure.map((right) => assignment(settings, name, right, parent)),
      ...rights.graph.map((permission) => ({
        type: "azuread:index/appRoleAssignment:AppRoleAssignment",
        name: `${name}-${permission.name}`,
        parent,
        found: { kind: "grant" as const, identityId: identity.id, permission },
      })),
    ];
  });
}

function operatorAssignments(settings: BootstrapSettings, stack: StackLayout): DeclaredResource[] {
  if (settings.operatorsGroupId === undefined) return [];
  const holder = `operators-${stack.settings.name}`;
  return operatorRights(settings, stack).map((right) => assignment(settings, holder, right, BACKEND));
}

function assignment(
  settings: BootstrapSettings,
  holder: string,
  right: AzureRight,
  parent: DeclaredResource["parent"],
): DeclaredResource {
  const assignmentName = rightAssignmentName(settings, holder, right);
  return arm(
    "authorization:RoleAssignment",
    `${holder}-${right.key}`,
    {
      id: `${right.scope}/providers/Microsoft.Authorization/roleAssignments/${assignmentName}`,
      apiVersion: "2022-04-01",
    },
    parent,
  );
}

function groupResource(name: string, id: string): DeclaredResource {
  return arm("resources:ResourceGroup", name, { id, apiVersion: "2024-03-01" });
}

function arm(
  type: string,
  name: string,
  place: Omit<ArmPlace, "kind">,
  parent?: DeclaredResource["parent"],
): DeclaredResource {
  return { type: `azure-native:${type}`, name, parent, found: { kind: "arm", ...place } };
}
