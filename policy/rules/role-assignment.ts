import { builtInRoles } from "../../infra/roles.ts";
import { at, isAbsent, items, text, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

/**
 * Roles that can do anything with a vault, or get the right to: by giving roles, by changing the vault itself, or by
 * becoming an identity that has it (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles). On
 * whatever scope, a stack has no use for them.
 */
const ALMIGHTY_ROLES: ReadonlyMap<string, string> = new Map([
  ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"],
  ["b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"],
  ["18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"],
  ["f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"],
  ["00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"],
  // Gives the roles over a vault's secrets to anybody.
  ["8b54135c-b56d-4d72-a534-26097cfdc8d8", "Key Vault Data Access Administrator"],
  // Can turn a vault back to access policies, and write itself into one.
  ["f25e0fa2-a7c8-4377-a976-54943a77a395", "Key Vault Contributor"],
  // Can let tokens of anybody's choice in as a pipeline's or a consumer's identity.
  ["e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", "Managed Identity Contributor"],
]);

const GIVE_ROLES = "Microsoft.Authorization/roleAssignments/write";
const READ_VALUES = "Microsoft.KeyVault/vaults/secrets/getSecret/action";

/** Roles that read the values of secrets. */
const SECRET_ROLES: ReadonlyMap<string, string> = new Map([
  [builtInRoles.keyVaultSecretsUser, "Key Vault Secrets User"],
  ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer"],
  // A certificate's private key is a secret of its name: the role reads all of them.
  ["db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", "Key Vault Certificate User"],
]);

export const roleAssignmentScope: ResourceRule = {
  name: "role-assignment-scope",
  level: "mandatory",
  description:
    "A role is given for what it is needed for: no almighty role, built in or of one's own, no whole subscription, no whole vault of secrets.",
  reason:
    "whoever holds a broad right can read every credential, and so can whoever breaks into that service.",
  fix: "assign the narrowest role on the one secret (or, for metadata, the one vault or resource group).",
  check: ({ type, properties }) => {
    if (type === types.roleDefinition) return broadPermissions(properties.permissions);
    if (type !== types.roleAssignment) return [];
    const wrong: string[] = [];
    const role = lastPart(properties.roleDefinitionId);
    const almighty = ALMIGHTY_ROLES.get(role);
    if (almighty !== undefined) wrong.push(`the role is ${almighty}`);
    const scope = text(properties.scope);
    if (scope === undefined) return wrong;
    const wide = widthOf(scope);
    if (wide !== undefined) wrong.push(`the scope is ${wide}`);
    const reads = SECRET_ROLES.get(role);
    if (reads !== undefined && !/\/vaults\/[^/]+\/secrets\/[^/]+\/?$/i.test(scope)) {
      wrong.push(`the role ${reads} is given for more than one secret`);
    }
    return wrong;
  },
};

function lastPart(id: unknown): string {
  return (text(id)?.replace(/\/+$/, "").split("/").at(-1) ?? "").toLowerCase();
}

/** What a role of one's own allows that no narrow role does. */
function broadPermissions(permissions: unknown): string[] {
  return items(permissions).flatMap((permission) => {
    const allowing = (yes: string, no: string, action: string) => {
      const covering = (name: string) =>
        items(at(permission, name)).flatMap((each) => (covers(text(each) ?? "", action) ? [text(each)] : []));
      const [by] = covering(yes);
      return by === undefined || covering(no).length > 0
        ? []
        : [`the role's own permissions allow ${action} (${by})`];
    };
    return [
      // Named in full, it can be bound by a condition on the assignment, as the pipelines' deployer has one.
      ...allowing("actions", "notActions", GIVE_ROLES).filter((what) => what.includes("*")),
      ...allowing("dataActions", "notDataActions", READ_VALUES),
    ];
  });
}

/** Whether a pattern of Azure's, in which `*` stands for anything, covers an action. */
function covers(pattern: string, action: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

function widthOf(scope: string): string | undefined {
  if (/^\/?$/.test(scope)) return "the whole tenant";
  if (/^\/?providers\/Microsoft\.Management\/managementGroups\/[^/]+\/?$/i.test(scope)) {
    return "a whole management group";
  }
  return /^\/?subscriptions\/[^/]+\/?$/i.test(scope) ? "a whole subscription" : undefined;
}

/** https://learn.microsoft.com/rest/api/authorization/role-assignments/create */
const PRINCIPAL_TYPES = ["user", "group", "serviceprincipal", "foreigngroup", "device"];

export const roleAssignmentPrincipalType: ResourceRule = {
  name: "role-assignment-principal-type",
  level: "mandatory",
  description: "A role assignment says what kind its principal is.",
  reason:
    "without it Azure looks the principal up in the directory, where one made a moment ago is not found yet: the update fails.",
  fix: "set principalType to ServicePrincipal or Group.",
  check: ({ type, properties: { principalType } }) => {
    if (type !== types.roleAssignment || typeof principalType === "symbol") return [];
    if (isAbsent(principalType)) return ["principalType is missing"];
    const known = PRINCIPAL_TYPES.some((each) => each === text(principalType)?.toLowerCase());
    return known ? [] : [`principalType is ${JSON.stringify(principalType)}, which is no kind of principal`];
  },
};

export const roleAssignmentNoUser: ResourceRule = {
  name: "role-assignment-no-user",
  level: "mandatory",
  description: "Rights go to services and groups, not to single people.",
  reason: "people come and go; a group's membership is reviewed in one place.",
  fix: "assign the role to a group and put the person into it.",
  check: ({ type, properties }) => {
    const kind = text(properties.principalType);
    return type === types.roleAssignment && kind?.toLowerCase() === "user"
      ? [`principalType is ${kind}`]
      : [];
  },
};
