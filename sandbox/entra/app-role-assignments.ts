import { isoSeconds } from "../iso-time.ts";
import type { CreationContext } from "./context.ts";
import { directoryObjectOf } from "./directory-objects.ts";
import { badRequest, notFound, valueRequired } from "./errors.ts";
import { appRolesOf } from "./published-permissions.ts";
import { groupsContaining } from "./references.ts";
import { servicePrincipalOf } from "./service-principals.ts";
import type { AppRoleAssignment, EntraState } from "./state.ts";

/** The role of "has access, no role in particular". */
export const DEFAULT_APP_ROLE_ID = "00000000-0000-0000-0000-000000000000";

export interface AppRoleAssignmentBody {
  /** Object id of a user, group or service principal. */
  principalId?: string;
  /** Object id of the service principal that publishes the role. */
  resourceId?: string;
  appRoleId?: string;
}

/**
 * Grants an application permission (which is what administrators' consent to it does).
 * @throws DirectoryError when something named does not exist, or it is granted already
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
 */
export function createAppRoleAssignment(
  entra: EntraState,
  body: AppRoleAssignmentBody,
  { nowMs, randomness }: CreationContext,
): AppRoleAssignment {
  if (body.principalId === undefined) throw valueRequired("principalId", "AppRoleAssignment");
  if (body.resourceId === undefined) throw valueRequired("resourceId", "AppRoleAssignment");
  if (body.appRoleId === undefined) throw valueRequired("appRoleId", "AppRoleAssignment");
  const principal = directoryObjectOf(entra, body.principalId);
  const resource = servicePrincipalOf(entra, body.resourceId);
  const appRoleId = body.appRoleId.toLowerCase();
  const roles = appRolesOf(entra, resource);
  if (
    appRoleId !== DEFAULT_APP_ROLE_ID &&
    !roles.some(({ id, isEnabled }) => id === appRoleId && isEnabled)
  ) {
    throw badRequest("Permission being assigned was not found on application");
  }
  const exists = Object.values(entra.appRoleAssignments).some(
    (other) =>
      other.principalId === principal.object.id &&
      other.resourceId === resource.id &&
      other.appRoleId === appRoleId,
  );
  if (exists) throw badRequest("Permission being assigned already exists on the object");
  const assignment: AppRoleAssignment = {
    id: randomness.uuid(),
    appRoleId,
    principalId: principal.object.id,
    principalDisplayName: principal.object.displayName,
    principalType: principalTypeOf(principal.kind),
    resourceId: resource.id,
    resourceDisplayName: resource.displayName,
    createdDateTime: isoSeconds(nowMs),
  };
  entra.appRoleAssignments[assignment.id] = assignment;
  return assignment;
}

/** @see https://learn.microsoft.com/graph/api/serviceprincipal-delete-approleassignedto */
export function deleteAppRoleAssignment(entra: EntraState, id: string): void {
  appRoleAssignmentOf(entra, id);
  delete entra.appRoleAssignments[id];
}

/** @throws DirectoryError when there is no such grant. */
export function appRoleAssignmentOf(entra: EntraState, id: string): AppRoleAssignment {
  const assignment = entra.appRoleAssignments[id];
  if (assignment === undefined) throw notFound(id);
  return assignment;
}

/** The values of the application permissions that a principal holds on a resource: a token's `roles`. */
export function grantedAppRoles(entra: EntraState, principalId: string, resourceId: string): string[] {
  const identities = [principalId, ...groupsContaining(entra, principalId)];
  const resource = servicePrincipalOf(entra, resourceId);
  const held = Object.values(entra.appRoleAssignments)
    .filter(
      (assignment) => identities.includes(assignment.principalId) && assignment.resourceId === resource.id,
    )
    .map((assignment) => assignment.appRoleId);
  return appRolesOf(entra, resource)
    .filter(({ id, value }) => held.includes(id) && value !== null)
    .map(({ value }) => value ?? "");
}

function principalTypeOf(kind: string): AppRoleAssignment["principalType"] {
  switch (kind) {
    case "user":
      return "User";
    case "group":
      return "Group";
    case "servicePrincipal":
      return "ServicePrincipal";
    default:
      throw badRequest(`An object of type '${kind}' cannot hold an app role.`);
  }
}
