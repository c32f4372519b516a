import { isoSeconds } from "../../iso-time.ts";
import { BUILT_IN_ROLES } from "../built-in-roles.ts";
import { ArmError, badRequest, notEmulated } from "../errors.ts";
import { ROLE_ASSIGNMENT_TYPE } from "../rbac.ts";
import type { ResourceWrite, StoredType } from "../resource-types.ts";
import { customRoleResources, ROLE_DEFINITION_TYPE, roleGuid } from "../role-definitions.ts";

interface RoleDefinitionProperties {
  roleName?: string;
  type?: string;
  assignableScopes?: string[];
  permissions?: Record<string, unknown>[];
  [property: string]: unknown;
}

/** https://learn.microsoft.com/rest/api/authorization/role-definitions/create-or-update */
export const roleDefinitions: StoredType = {
  kind: "stored",
  type: ROLE_DEFINITION_TYPE,
  extension: true,
  write(write) {
    const { id, existing, context } = write;
    const sent = (write.body.properties ?? {}) as RoleDefinitionProperties;
    if (id.scope !== "/" && id.subscriptionId === undefined)
      throw notEmulated(`role definitions at ${id.scope}`);
    requireOwnName(write, sent.roleName);
    if (sent.type !== undefined && sent.type !== "CustomRole") {
      throw badRequest(
        `A role definition of type '${sent.type}' cannot be written.`,
        "RoleDefinitionTypeNotAllowed",
      );
    }
    const now = isoSeconds(context.nowMs);
    return {
      properties: {
        ...sent,
        type: "CustomRole",
        assignableScopes: sent.assignableScopes ?? [id.scope],
        permissions: (sent.permissions ?? []).map((permission) => ({
          actions: [],
          notActions: [],
          dataActions: [],
          notDataActions: [],
          ...permission,
        })),
        createdOn: existing?.properties.createdOn ?? now,
        createdBy: existing?.properties.createdBy ?? context.caller.principalId,
        updatedOn: now,
        updatedBy: context.caller.principalId,
      },
    };
  },

  remove({ draft, resource }) {
    const used = Object.values(draft.arm.resources).some(
      ({ type, properties }) =>
        type === ROLE_ASSIGNMENT_TYPE &&
        roleGuid(String(properties.roleDefinitionId)) === roleGuid(resource.id),
    );
    if (used) {
      throw badRequest(
        "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments): " +
          resource.name,
        "RoleDefinitionHasAssignments",
      );
    }
  },
};

function requireOwnName({ draft, id }: ResourceWrite, roleName: string | undefined): void {
  if (roleName === undefined || roleName === "") {
    throw badRequest("The role definition has no role name.", "RoleDefinitionNameNullOrEmpty");
  }
  const taken = [
    ...BUILT_IN_ROLES.map((role) => ({ name: role.roleName, id: role.id })),
    ...customRoleResources(draft).map((role) => ({ name: String(role.properties.roleName), id: role.name })),
  ].some((role) => role.name.toLowerCase() === roleName.toLowerCase() && role.id !== id.name);
  if (taken) {
    throw new ArmError(
      409,
      "RoleDefinitionWithSameNameExists",
      `A custom role with the same name already exists in this directory. Use a different name than '${roleName}'.`,
    );
  }
}
