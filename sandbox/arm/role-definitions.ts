import type { State } from "../state.ts";
import { BUILT_IN_ROLES, type RoleDefinition, type RolePermission } from "./built-in-roles.ts";
import type { ArmResource } from "./state.ts";

export const ROLE_DEFINITION_TYPE = "Microsoft.Authorization/roleDefinitions";

/** The part of a role definition's id that is the same at every scope: its last one, lower case. */
export function roleGuid(roleDefinitionId: string): string {
  return (roleDefinitionId.split("/").at(-1) ?? "").toLowerCase();
}

/** A role, built in or the subscription's own; undefined when the sandbox knows none with this id. */
export function findRoleDefinition(state: State, roleDefinitionId: string): RoleDefinition | undefined {
  const id = roleGuid(roleDefinitionId);
  return BUILT_IN_ROLES.find((role) => role.id === id) ?? customRole(state, id);
}

/** The custom role definitions of the subscription. */
export function customRoleResources(state: State): ArmResource[] {
  return Object.values(state.arm.resources).filter(({ type }) => type === ROLE_DEFINITION_TYPE);
}

function customRole(state: State, id: string): RoleDefinition | undefined {
  const resource = customRoleResources(state).find(({ name }) => name.toLowerCase() === id);
  if (resource === undefined) return undefined;
  const permissions = (resource.properties.permissions ?? []) as Partial<RolePermission>[];
  return {
    id,
    roleName: String(resource.properties.roleName ?? id),
    permissions: permissions.map(({ actions, notActions, dataActions, notDataActions }) => ({
      actions: actions ?? [],
      notActions: notActions ?? [],
      dataActions: dataActions ?? [],
      notDataActions: notDataActions ?? [],
    })),
  };
}
