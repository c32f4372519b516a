import { builtInRoles } from "../../infra/roles.ts";
import { text, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

/** Roles that can do anything, or give themselves the right to (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
const ALMIGHTY_ROLES: ReadonlyMap<string, string> = new Map([
  ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"],
  ["b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"],
  ["18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"],
  ["f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"],
  ["00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"],
]);

/** Roles that read the values of secrets. */
const SECRET_ROLES: ReadonlyMap<string, string> = new Map([
  [builtInRoles.keyVaultSecretsUser, "Key Vault Secrets User"],
  ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer"],
]);

export const roleAssignmentScope: ResourceRule = {
  name: "role-assignment-scope",
  level: "mandatory",
  description:
    "A role is given for what it is needed for: no almighty role, no whole subscription, no whole vault of secrets.",
  reason:
    "whoever holds a broad right can read every credential, and so can whoever breaks into that service.",
  fix: "assign the narrowest role on the one secret (or, for metadata, the one vault or resource group).",
  check: ({ type, properties }) => {
    if (type !== types.roleAssignment) return [];
    const wrong: string[] = [];
    const role = text(properties.roleDefinitionId)?.split("/").at(-1)?.toLowerCase() ?? "";
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

function widthOf(scope: string): string | undefined {
  if (/^\/?$/.test(scope)) return "the whole tenant";
  if (/^\/?providers\/Microsoft\.Management\/managementGroups\/[^/]+\/?$/i.test(scope)) {
    return "a whole management group";
  }
  return /^\/?subscriptions\/[^/]+\/?$/i.test(scope) ? "a whole subscription" : undefined;
}

export const roleAssignmentPrincipalType: ResourceRule = {
  name: "role-assignment-principal-type",
  level: "mandatory",
  description: "A role assignment says what kind its principal is.",
  reason:
    "without it Azure looks the principal up in the directory, where one made a moment ago is not found yet: the update fails.",
  fix: "set principalType to ServicePrincipal or Group.",
  check: ({ type, properties }) =>
    type === types.roleAssignment &&
    (properties.principalType === undefined || properties.principalType === "")
      ? ["principalType is missing"]
      : [],
};

export const roleAssignmentNoUser: ResourceRule = {
  name: "role-assignment-no-user",
  level: "mandatory",
  description: "Rights go to services and groups, not to single people.",
  reason: "people come and go; a group's membership is reviewed in one place.",
  fix: "assign the role to a group and put the person into it.",
  check: ({ type, properties }) =>
    type === types.roleAssignment && properties.principalType === "User" ? ["principalType is User"] : [],
};
