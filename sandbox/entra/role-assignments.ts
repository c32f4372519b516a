import type { CreationContext } from "./context.ts";
import { directoryObjectOf, findDirectoryObject } from "./directory-objects.ts";
import { badRequest, DirectoryError, notFound, valueRequired } from "./errors.ts";
import { groupsContaining } from "./references.ts";
import { findRoleDefinition } from "./role-definitions.ts";
import type { EntraState, UnifiedRoleAssignment } from "./state.ts";

export interface RoleAssignmentBody {
  principalId?: string;
  /** A role definition's id; a built-in role's is its template's. */
  roleDefinitionId?: string;
  /** `/` for the whole directory, `/<object id>` for one application. */
  directoryScopeId?: string | null;
  appScopeId?: string | null;
}

/**
 * Assigns a directory role.
 * @throws DirectoryError when the principal, the role or the scope does not exist, or it is assigned already
 * @see https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignments
 */
export function createRoleAssignment(
  entra: EntraState,
  body: RoleAssignmentBody,
  { randomness }: CreationContext,
): UnifiedRoleAssignment {
  if (body.principalId === undefined) throw valueRequired("principalId", "RoleAssignment");
  if (body.roleDefinitionId === undefined) throw valueRequired("roleDefinitionId", "RoleAssignment");
  const principal = directoryObjectOf(entra, body.principalId);
  if (principal.kind === "group" && principal.object.properties.isAssignableToRole !== true) {
    throw badRequest("The group is not assignable to a role: its isAssignableToRole is not true.");
  }
  const definition =
    findRoleDefinition(entra, body.roleDefinitionId) ?? definitionOfActivated(entra, body.roleDefinitionId);
  if (definition === undefined) throw notFound(body.roleDefinitionId);
  const directoryScopeId = body.directoryScopeId ?? null;
  const appScopeId = body.appScopeId ?? null;
  if ((directoryScopeId === null) === (appScopeId === null)) {
    throw badRequest("Exactly one of directoryScopeId and appScopeId must be given.");
  }
  if (directoryScopeId !== null && directoryScopeId !== "/") {
    const scopedTo = directoryScopeId.replace(/^\/(administrativeUnits\/)?/, "");
    if (findDirectoryObject(entra, scopedTo) === undefined) throw notFound(scopedTo);
  }
  const assignment: UnifiedRoleAssignment = {
    id: randomness.uuid(),
    principalId: principal.object.id,
    roleDefinitionId: definition.id,
    directoryScopeId,
    appScopeId,
  };
  const exists = Object.values(entra.roleAssignments).some(
    (other) =>
      other.principalId === assignment.principalId &&
      other.roleDefinitionId === assignment.roleDefinitionId &&
      other.directoryScopeId === directoryScopeId &&
      other.appScopeId === appScopeId,
  );
  if (exists) {
    throw new DirectoryError(
      400,
      "Request_BadRequest",
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  entra.roleAssignments[assignment.id] = assignment;
  return assignment;
}

/** @see https://learn.microsoft.com/graph/api/unifiedroleassignment-delete */
export function deleteRoleAssignment(entra: EntraState, id: string): void {
  const assignment = roleAssignmentOf(entra, id);
  delete entra.roleAssignments[assignment.id];
}

/** @throws DirectoryError when there is no such assignment. */
export function roleAssignmentOf(entra: EntraState, id: string): UnifiedRoleAssignment {
  const assignment = entra.roleAssignments[id];
  if (assignment === undefined) throw notFound(id);
  return assignment;
}

/**
 * Ids of the role definitions that a principal holds for an object: by assignment or membership of the
 * activated role, itself or through a group, for the whole directory or for just that object.
 */
export function rolesHeldFor(entra: EntraState, principalId: string, objectId: string | undefined): string[] {
  const identities = [principalId, ...groupsContaining(entra, principalId)];
  const scopes = ["/", ...(objectId === undefined ? [] : [`/${objectId}`])];
  const assigned = Object.values(entra.roleAssignments)
    .filter(
      (assignment) =>
        identities.includes(assignment.principalId) &&
        assignment.directoryScopeId !== null &&
        scopes.includes(assignment.directoryScopeId),
    )
    .map((assignment) => assignment.roleDefinitionId);
  const activated = Object.values(entra.directoryRoles)
    .filter((role) => role.members.some((member) => identities.includes(member)))
    .map((role) => role.roleTemplateId);
  return [...new Set([...assigned, ...activated])];
}

/** The azuread provider's `DirectoryRole` gives a role's object id where its definition's is wanted. */
function definitionOfActivated(entra: EntraState, objectId: string) {
  const activated = entra.directoryRoles[objectId.toLowerCase()];
  return activated === undefined ? undefined : findRoleDefinition(entra, activated.roleTemplateId);
}
