import { notFound } from "./errors.ts";
import type { Application, DirectoryRole, EntraState, Group, ServicePrincipal, User } from "./state.ts";

/** Anything that can be an owner, a member or the receiver of a role. */
export type DirectoryObject =
  | { kind: "application"; object: Application }
  | { kind: "servicePrincipal"; object: ServicePrincipal }
  | { kind: "group"; object: Group }
  | { kind: "user"; object: User }
  | { kind: "directoryRole"; object: DirectoryRole };

/** Whatever has this object id; undefined when nothing has. */
export function findDirectoryObject(entra: EntraState, id: string): DirectoryObject | undefined {
  const key = id.toLowerCase();
  const application = entra.applications[key];
  if (application) return { kind: "application", object: application };
  const servicePrincipal = entra.servicePrincipals[key];
  if (servicePrincipal) return { kind: "servicePrincipal", object: servicePrincipal };
  const group = entra.groups[key];
  if (group) return { kind: "group", object: group };
  const user = entra.users[key];
  if (user) return { kind: "user", object: user };
  const directoryRole = entra.directoryRoles[key];
  if (directoryRole) return { kind: "directoryRole", object: directoryRole };
  return undefined;
}

/** @throws DirectoryError when nothing has this object id. */
export function directoryObjectOf(entra: EntraState, id: string): DirectoryObject {
  const found = findDirectoryObject(entra, id);
  if (found === undefined) throw notFound(id);
  return found;
}

/** Takes a deleted object out of every list and grant that names it. */
export function forgetReferencesTo(entra: EntraState, id: string): void {
  for (const holder of [
    ...Object.values(entra.applications),
    ...Object.values(entra.servicePrincipals),
    ...Object.values(entra.groups),
  ]) {
    if (holder.owners.includes(id)) holder.owners = holder.owners.filter((owner) => owner !== id);
  }
  for (const holder of [...Object.values(entra.groups), ...Object.values(entra.directoryRoles)]) {
    if (holder.members.includes(id)) holder.members = holder.members.filter((member) => member !== id);
  }
  deleteWhere(entra.roleAssignments, ({ principalId }) => principalId === id);
  deleteWhere(
    entra.appRoleAssignments,
    ({ principalId, resourceId }) => principalId === id || resourceId === id,
  );
  deleteWhere(
    entra.oauth2PermissionGrants,
    ({ clientId, resourceId, principalId }) => clientId === id || resourceId === id || principalId === id,
  );
}

function deleteWhere<T>(record: Record<string, T>, matches: (entry: T) => boolean): void {
  for (const [key, entry] of Object.entries(record)) {
    if (matches(entry)) delete record[key];
  }
}
