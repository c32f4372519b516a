import { roleAssignmentName } from "../role-assignment-name.ts";
import { builtInRoles } from "../roles.ts";

/** Built-in roles over the stacks' states (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
export const stateRoles = {
  storageBlobDataContributor: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  storageBlobDataReader: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  keyVaultCryptoUser: "12338af0-0e69-4776-bea7-57ae8d297424",
} as const;

/** A role of our own. */
export interface PipelineRole {
  /** The name of the resource. */
  key: "deployer" | "state-decryptor";
  roleName: string;
  description: string;
  actions: string[];
  dataActions: string[];
}

/**
 * The roles that Azure has no narrow enough built-in one for. Contributor and Role Based Access Control
 * Administrator would also do; they could change everything else that ever comes into the resource group, and give
 * any role to anybody.
 * @param label tells them apart from those of another `keyturn bootstrap` in the tenant, where names are unique.
 */
export function pipelineRoles(label: string): PipelineRole[] {
  return [
    {
      key: "deployer",
      roleName: `Keyturn deployer (${label})`,
      description: "Deploys a Keyturn stack into its resource group; reads no secret's value.",
      actions: [
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.KeyVault/vaults/read",
        "Microsoft.KeyVault/vaults/write",
        "Microsoft.KeyVault/vaults/delete",
        "Microsoft.KeyVault/vaults/secrets/read",
        "Microsoft.KeyVault/vaults/secrets/write",
        "Microsoft.KeyVault/vaults/eventGridFilters/*",
        "Microsoft.EventGrid/systemTopics/*",
        "Microsoft.EventGrid/eventSubscriptions/*",
        "Microsoft.OperationalInsights/workspaces/*",
        "Microsoft.Insights/actionGroups/*",
        "Microsoft.Insights/components/*",
        "Microsoft.Insights/diagnosticSettings/*",
        "Microsoft.Insights/metricAlerts/*",
        "Microsoft.Insights/scheduledQueryRules/*",
        "Microsoft.Insights/workbooks/*",
        "Microsoft.Portal/dashboards/*",
        // Which roles to whom is the assignment's condition.
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
      ],
      // Resource Manager writes secrets but cannot delete them: that is the vault's own.
      dataActions: ["Microsoft.KeyVault/vaults/secrets/delete"],
    },
    {
      key: "state-decryptor",
      roleName: `Keyturn state decryptor (${label})`,
      description: "Opens a stack's state with its Key Vault key, and can do nothing else with the key.",
      actions: [],
      dataActions: ["Microsoft.KeyVault/vaults/keys/decrypt/action"],
    },
  ];
}

/** A role's GUID, the same at every run. */
export function pipelineRoleId(
  { subscriptionId, name }: { subscriptionId: string; name: string },
  key: PipelineRole["key"],
): string {
  return roleAssignmentName("role", subscriptionId, name, key);
}

const ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments";

/**
 * Lets the deployer write and delete assignments of those roles alone that the program gives, and to no person
 * (https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples).
 */
export function assignableRolesCondition(roles: readonly string[] = Object.values(builtInRoles)): string {
  const constrained = (verb: "write" | "delete", source: "Request" | "Resource") =>
    `((!(ActionMatches{'${ROLE_ASSIGNMENTS}/${verb}'})) OR (` +
    `@${source}[${ROLE_ASSIGNMENTS}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${roles.join(", ")}} AND ` +
    `@${source}[${ROLE_ASSIGNMENTS}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal', 'Group'}))`;
  return `${constrained("write", "Request")} AND ${constrained("delete", "Resource")}`;
}
