import type { CreationContext } from "./context.ts";
import { directoryObjectOf } from "./directory-objects.ts";
import { badRequest, DirectoryError, notFound, valueRequired } from "./errors.ts";
import type { DirectoryRole, EntraState } from "./state.ts";
import { directoryRoleTemplates } from "./well-known/directory-role-templates.ts";

/**
 * Makes a built-in role usable in this tenant.
 * @throws DirectoryError when there is no such template, or it is active already
 * @see https://learn.microsoft.com/graph/api/directoryrole-post-directoryroles
 */
export function activateDirectoryRole(
  entra: EntraState,
  roleTemplateId: string | undefined,
  { randomness }: CreationContext,
): DirectoryRole {
  if (roleTemplateId === undefined) throw valueRequired("roleTemplateId", "DirectoryRole");
  const template = directoryRoleTemplates.find(({ id }) => id === roleTemplateId.toLowerCase());
  if (template === undefined) throw notFound(roleTemplateId);
  if (directoryRoleOfTemplate(entra, template.id) !== undefined) {
    throw new DirectoryError(
      400,
      "Request_BadRequest",
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const id = randomness.uuid();
  const role: DirectoryRole = {
    id,
    displayName: template.displayName,
    description: template.description,
    roleTemplateId: template.id,
    members: [],
  };
  entra.directoryRoles[id] = role;
  return role;
}

/** The activated role of this template. */
export function directoryRoleOfTemplate(entra: EntraState, templateId: string): DirectoryRole | undefined {
  const wanted = templateId.toLowerCase();
  return Object.values(entra.directoryRoles).find((role) => role.roleTemplateId === wanted);
}

/** @throws DirectoryError when no activated role has this object id. */
export function directoryRoleOf(entra: EntraState, id: string): DirectoryRole {
  const role = entra.directoryRoles[id.toLowerCase()];
  if (role === undefined) throw notFound(id);
  return role;
}

/** @see https://learn.microsoft.com/graph/api/directoryrole-post-members */
export function addDirectoryRoleMember(entra: EntraState, roleId: string, memberId: string): void {
  const { members } = directoryRoleOf(entra, roleId);
  const { object } = directoryObjectOf(entra, memberId);
  if (members.includes(object.id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  }
  members.push(object.id);
}

/** @see https://learn.microsoft.com/graph/api/directoryrole-delete-member */
export function removeDirectoryRoleMember(entra: EntraState, roleId: string, memberId: string): void {
  const { members } = directoryRoleOf(entra, roleId);
  const at = members.indexOf(memberId.toLowerCase());
  if (at < 0) throw notFound(memberId);
  members.splice(at, 1);
}
