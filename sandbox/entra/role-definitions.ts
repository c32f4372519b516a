import type { CreationContext } from "./context.ts";
import { badRequest, notFound, valueRequired } from "./errors.ts";
import type { EntraState, UnifiedRoleDefinition } from "./state.ts";
import { directoryRoleTemplates } from "./well-known/directory-role-templates.ts";

export interface RoleDefinitionBody {
  displayName?: string;
  description?: string | null;
  isEnabled?: boolean;
  templateId?: string;
  version?: string | null;
  rolePermissions?: { allowedResourceActions: string[] }[];
}

/** @see https://learn.microsoft.com/graph/api/rbacapplication-post-roledefinitions */
export function createRoleDefinition(
  entra: EntraState,
  body: RoleDefinitionBody,
  { randomness }: CreationContext,
): UnifiedRoleDefinition {
  const { displayName, isEnabled, rolePermissions } = body;
  if (displayName === undefined) throw valueRequired("displayName", "RoleDefinition");
  if (isEnabled === undefined) throw valueRequired("isEnabled", "RoleDefinition");
  if (rolePermissions === undefined) throw valueRequired("rolePermissions", "RoleDefinition");
  // A template id that is given becomes the id, too.
  const id = body.templateId?.toLowerCase() ?? randomness.uuid();
  if (findRoleDefinition(entra, id) !== undefined) {
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  }
  const definition: UnifiedRoleDefinition = {
    id,
    displayName,
    description: body.description ?? null,
    isEnabled,
    templateId: id,
    version: body.version ?? null,
    rolePermissions,
  };
  entra.roleDefinitions[id] = definition;
  return definition;
}

/** @see https://learn.microsoft.com/graph/api/unifiedroledefinition-update */
export function updateRoleDefinition(
  entra: EntraState,
  id: string,
  body: Omit<RoleDefinitionBody, "templateId">,
): UnifiedRoleDefinition {
  const definition = customRoleDefinitionOf(entra, id);
  if (body.displayName !== undefined) definition.displayName = body.displayName;
  if (body.description !== undefined) definition.description = body.description;
  if (body.isEnabled !== undefined) definition.isEnabled = body.isEnabled;
  if (body.version !== undefined) definition.version = body.version;
  if (body.rolePermissions !== undefined) definition.rolePermissions = body.rolePermissions;
  return definition;
}

/** @see https://learn.microsoft.com/graph/api/unifiedroledefinition-delete */
export function deleteRoleDefinition(entra: EntraState, id: string): void {
  const definition = customRoleDefinitionOf(entra, id);
  if (
    Object.values(entra.roleAssignments).some(({ roleDefinitionId }) => roleDefinitionId === definition.id)
  ) {
    throw badRequest("The role definition cannot be deleted while it is assigned.");
  }
  delete entra.roleDefinitions[definition.id];
}

/** A built-in role or one of the tenant's own, by role definition id (a built-in one's is its template's). */
export function findRoleDefinition(entra: EntraState, id: string): UnifiedRoleDefinition | undefined {
  const wanted = id.toLowerCase();
  const template = directoryRoleTemplates.find((candidate) => candidate.id === wanted);
  if (template === undefined) return entra.roleDefinitions[wanted];
  return {
    id: template.id,
    displayName: template.displayName,
    description: template.description,
    isEnabled: true,
    templateId: template.id,
    version: "1",
    rolePermissions: [],
  };
}

function customRoleDefinitionOf(entra: EntraState, id: string): UnifiedRoleDefinition {
  const definition = entra.roleDefinitions[id.toLowerCase()];
  if (definition !== undefined) return definition;
  if (findRoleDefinition(entra, id) !== undefined) throw badRequest("A built-in role cannot be changed.");
  throw notFound(id);
}
