import { roleAssignmentName } from "../role-assignment-name.ts";
import { builtInRoles } from "../roles.ts";
import { type GraphPermission, graphPermissions } from "./graph-permissions.ts";
import type { IdentityLayout, Layout, StackLayout } from "./layout.ts";
import { assignableRolesCondition, pipelineRoleId, stateRoles } from "./pipeline-roles.ts";
import type { BootstrapSettings } from "./settings.ts";

/** One role on one scope. */
export interface AzureRight {
  /** The last part of the resource's name. */
  key: string;
  /** As people know it. */
  roleName: string;
  /** The role's GUID. */
  roleId: string;
  scope: string;
  /** The scope, for people. */
  where: string;
  why: string;
  condition?: string;
}

/** What an identity may do, each with its reason. */
export interface IdentityRights {
  azure: AzureRight[];
  graph: GraphPermission[];
}

type RightsSettings = Pick<
  BootstrapSettings,
  "name" | "subscriptionId" | "backend" | "signInReports" | "ownerAddresses"
>;

/** The rights of one identity. Pure: what is made, explained and documented. */
export function rightsOf(
  settings: RightsSettings,
  stack: StackLayout,
  { kind }: Pick<IdentityLayout, "kind">,
): IdentityRights {
  const group = { scope: stack.group.id, where: `resource group ${stack.group.name}` };
  if (kind === "deploy") {
    return {
      azure: [
        {
          key: "deployer",
          roleName: "Keyturn deployer",
          roleId: pipelineRoleId(settings, "deployer"),
          ...group,
          why: "deploys the vault, its secrets, alerts and logs; may give only the roles that the program gives, and to no person",
          condition: assignableRolesCondition(),
        },
        ...stateRights(settings, stack, "deploy"),
      ],
      graph: [graphPermissions.ownApplications],
    };
  }
  return {
    azure: [
      {
        key: "reader",
        roleName: "Reader",
        roleId: builtInRoles.reader,
        ...group,
        why: "sees what is deployed and what the vault publishes, without values",
      },
      {
        key: "vault-reader",
        roleName: "Key Vault Reader",
        roleId: builtInRoles.keyVaultReader,
        ...group,
        why: "lists secrets' names, dates and tags for `keyturn audit`, without values",
      },
      ...stateRights(settings, stack, "preview"),
    ],
    graph: [
      graphPermissions.readApplications,
      ...(settings.signInReports ? [graphPermissions.readSignInReports] : []),
      ...(settings.ownerAddresses ? [graphPermissions.readUsers] : []),
    ],
  };
}

/** A preview takes no lock and writes nothing: Pulumi locks a stack for what changes its state. */
function stateRights(
  settings: RightsSettings,
  stack: StackLayout,
  kind: IdentityLayout["kind"],
): AzureRight[] {
  if (settings.backend !== "azure") return [];
  const state = { scope: stack.container.id, where: `container ${stack.container.name}` };
  return [
    kind === "deploy"
      ? {
          key: "state",
          roleName: "Storage Blob Data Contributor",
          roleId: stateRoles.storageBlobDataContributor,
          ...state,
          why: "reads, locks and writes the stack's state",
        }
      : {
          key: "state",
          roleName: "Storage Blob Data Reader",
          roleId: stateRoles.storageBlobDataReader,
          ...state,
          why: "reads the stack's state",
        },
    {
      key: "state-key",
      roleName: "Keyturn state decryptor",
      roleId: pipelineRoleId(settings, "state-decryptor"),
      scope: stack.key.id,
      where: `key ${stack.key.name}`,
      why: "opens the secrets in the state, without which Pulumi cannot load it",
    },
  ];
}

/** What people need to begin a stack and to work on it when the pipelines cannot. */
export function operatorRights(
  { backend }: Pick<BootstrapSettings, "backend">,
  stack: StackLayout,
): AzureRight[] {
  if (backend !== "azure") return [];
  return [
    {
      key: "state",
      roleName: "Storage Blob Data Contributor",
      roleId: stateRoles.storageBlobDataContributor,
      scope: stack.container.id,
      where: `container ${stack.container.name}`,
      why: "begins the stack, and works on its state when the pipelines cannot",
    },
    {
      key: "state-key",
      roleName: "Key Vault Crypto User",
      roleId: stateRoles.keyVaultCryptoUser,
      scope: stack.key.id,
      where: `key ${stack.key.name}`,
      why: "makes the stack's data key, and opens its state",
    },
  ];
}

/** The name of a right's role assignment: who and what for, so that it is found again. */
export function rightAssignmentName(
  { name, subscriptionId }: Pick<BootstrapSettings, "name" | "subscriptionId">,
  holder: string,
  { key }: AzureRight,
): string {
  return roleAssignmentName("bootstrap", subscriptionId, name, holder, key);
}

/** A role's full id. Azure gives it back with the subscription, whichever kind of role it is. */
export function rightRoleDefinitionId(
  { subscription }: Pick<Layout, "subscription">,
  { roleId }: AzureRight,
): string {
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}
