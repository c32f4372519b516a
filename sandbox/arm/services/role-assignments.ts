import { findDirectoryObject } from "../../entra/directory-objects.ts";
import { isoSeconds } from "../../iso-time.ts";
import type { State } from "../../state.ts";
import { ConditionError, parseCondition } from "../conditions.ts";
import { ArmError, badRequest, notEmulated } from "../errors.ts";
import { ROLE_ASSIGNMENT_TYPE } from "../rbac.ts";
import { resourceKey } from "../resource-id.ts";
import type { ResourceWrite, StoredType } from "../resource-types.ts";
import { findRoleDefinition, roleGuid } from "../role-definitions.ts";

interface RoleAssignmentProperties {
  principalId?: string;
  principalType?: string;
  roleDefinitionId?: string;
  condition?: string;
  conditionVersion?: string;
  delegatedManagedIdentityResourceId?: string;
  [property: string]: unknown;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PRINCIPAL_TYPES = { servicePrincipal: "ServicePrincipal", group: "Group", user: "User" } as const;

/** https://learn.microsoft.com/rest/api/authorization/role-assignments/create */
export const roleAssignments: StoredType = {
  kind: "stored",
  type: ROLE_ASSIGNMENT_TYPE,
  extension: true,
  write(write) {
    const { draft, id, existing, context } = write;
    const sent = (write.body.properties ?? {}) as RoleAssignmentProperties;
    const scope = scopeOf(write);
    if (!UUID.test(id.name)) {
      throw badRequest(
        `The role assignment ID '${id.name}' is not valid. The role assignment ID must be a GUID.`,
        "InvalidRoleAssignmentId",
      );
    }
    requireCondition(sent);
    const role = roleOf(draft, sent.roleDefinitionId);
    const principal = principalOf(draft, sent);
    requireUnchanged(write, principal.principalId);
    requireUnique(write, scope, principal.principalId, role);
    const now = isoSeconds(context.nowMs);
    return {
      properties: {
        ...sent,
        ...principal,
        roleDefinitionId: `/subscriptions/${draft.arm.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        scope,
        createdOn: existing?.properties.createdOn ?? now,
        createdBy: existing?.properties.createdBy ?? context.caller.principalId,
        updatedOn: now,
        updatedBy: context.caller.principalId,
      },
    };
  },
};

/** https://learn.microsoft.com/azure/role-based-access-control/conditions-role-assignments-rest */
function requireCondition({ condition, conditionVersion }: RoleAssignmentProperties): void {
  if (condition === undefined) return;
  if (conditionVersion !== "2.0") {
    throw badRequest(
      `The condition version '${conditionVersion ?? ""}' is not valid; it must be '2.0'.`,
      "InvalidConditionVersion",
    );
  }
  try {
    parseCondition(condition);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    throw notEmulated(`the condition of this role assignment: ${error.message}`);
  }
}

function scopeOf({ id }: ResourceWrite): string {
  if (id.scope !== "/" && id.subscriptionId === undefined)
    throw notEmulated(`role assignments at ${id.scope}`);
  return id.scope;
}

function roleOf(state: State, roleDefinitionId: string | undefined): string {
  const role = roleDefinitionId === undefined ? undefined : findRoleDefinition(state, roleDefinitionId);
  if (role === undefined) {
    throw new ArmError(
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${roleGuid(roleDefinitionId ?? "")}' does not exist. (The sandbox knows ` +
        "the built-in roles in sandbox/arm/built-in-roles.ts and those that were made in it.)",
    );
  }
  return role.id;
}

/** Azure looks a principal up unless it is told its type; told a wrong type, it refuses. */
function principalOf(
  state: State,
  { principalId, principalType }: RoleAssignmentProperties,
): { principalId: string; principalType: string } {
  if (principalId === undefined || !UUID.test(principalId)) {
    throw badRequest(
      `The principal ID '${principalId ?? ""}' is not valid. Principal ID must be a GUID.`,
      "InvalidPrincipalId",
    );
  }
  const found = findDirectoryObject(state.entra, principalId);
  const actual =
    found === undefined ? undefined : PRINCIPAL_TYPES[found.kind as keyof typeof PRINCIPAL_TYPES];
  if (actual === undefined && (principalType === undefined || found !== undefined)) {
    throw badRequest(
      `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${state.entra.tenant.id}. Check ` +
        "that you have the correct principal ID. If you are creating this principal and then immediately assigning a " +
        "role, this error might be related to a replication delay. In this case, set the role assignment " +
        "principalType property to a value, such as ServicePrincipal, User, or Group. See " +
        "https://aka.ms/docs-principaltype",
      "PrincipalNotFound",
    );
  }
  if (actual !== undefined && principalType !== undefined && actual !== principalType) {
    throw badRequest(
      `The PrincipalId '${principalId.replaceAll("-", "")}' has type '${actual}', which is different from specified ` +
        `PrinciaplType '${principalType}'.`,
      "UnmatchedPrincipalType",
    );
  }
  return { principalId, principalType: actual ?? principalType ?? "User" };
}

function requireUnchanged({ existing }: ResourceWrite, principalId: string): void {
  if (
    existing !== undefined &&
    String(existing.properties.principalId).toLowerCase() !== principalId.toLowerCase()
  ) {
    throw badRequest(
      "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      "RoleAssignmentUpdateNotPermitted",
    );
  }
}

function requireUnique({ draft, id }: ResourceWrite, scope: string, principalId: string, role: string): void {
  const same = Object.values(draft.arm.resources).find(
    (resource) =>
      resource.type === ROLE_ASSIGNMENT_TYPE &&
      resourceKey(resource.id) !== resourceKey(id.id) &&
      resourceKey(String(resource.properties.scope)) === resourceKey(scope) &&
      String(resource.properties.principalId).toLowerCase() === principalId.toLowerCase() &&
      roleGuid(String(resource.properties.roleDefinitionId)) === role,
  );
  if (same !== undefined) {
    throw new ArmError(
      409,
      "RoleAssignmentExists",
      `The role assignment already exists. The ID of the conflicting role assignment is ${same.name.replaceAll("-", "")}.`,
    );
  }
}
