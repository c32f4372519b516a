import { ProviderError } from "../provider.ts";

/** How the provider writes the id of one kind of resource: fixed words with parts between them. */
export interface IdFormat<Part extends string> {
  format(parts: Record<Part, string>): string;
  /** @throws ProviderError when the text is no such id */
  parse(id: string): Record<Part, string>;
  /** What is wrong with an id that someone gave; undefined when nothing is. */
  complaint(id: string): string | undefined;
}

/** @param template e.g. `{applicationId}/password/{keyId}` */
function idFormat<Part extends string>(template: string, ...parts: Part[]): IdFormat<Part> {
  const pattern = new RegExp(`^${template.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
  const complaint = (id: string) => (pattern.test(id) ? undefined : `expected an id of the form ${template}`);
  return {
    format: (values) => parts.reduce<string>((id, part) => id.replace(`{${part}}`, values[part]), template),
    parse(id) {
      const found = pattern.exec(id)?.groups;
      if (found === undefined) throw new ProviderError("INVALID_ARGUMENT", `"${id}": ${complaint(id)}`);
      return found as Record<Part, string>;
    },
    complaint,
  };
}

/** Parts are object ids, unless their name says otherwise. */
export const resourceIds = {
  application: idFormat("/applications/{applicationId}", "applicationId"),
  applicationApiAccess: idFormat(
    "/applications/{applicationId}/apiAccess/{apiClientId}",
    "applicationId",
    "apiClientId",
  ),
  applicationCertificate: idFormat("{applicationId}/certificate/{keyId}", "applicationId", "keyId"),
  applicationOwner: idFormat("/applications/{applicationId}/owners/{ownerId}", "applicationId", "ownerId"),
  applicationPassword: idFormat("{applicationId}/password/{keyId}", "applicationId", "keyId"),
  appRoleAssignment: idFormat(
    "/servicePrincipals/{resourceId}/appRoleAssignedTo/{assignmentId}",
    "resourceId",
    "assignmentId",
  ),
  customDirectoryRole: idFormat("/roleManagement/directory/roleDefinitions/{roleId}", "roleId"),
  delegatedPermissionGrant: idFormat("/oauth2PermissionGrants/{grantId}", "grantId"),
  directoryRole: idFormat("/directoryRoles/{roleId}", "roleId"),
  directoryRoleAssignment: idFormat(
    "/roleManagement/directory/roleAssignments/{assignmentId}",
    "assignmentId",
  ),
  federatedIdentityCredential: idFormat(
    "{applicationId}/federatedIdentityCredential/{credentialId}",
    "applicationId",
    "credentialId",
  ),
  group: idFormat("/groups/{groupId}", "groupId"),
  groupMember: idFormat("{groupId}/member/{memberId}", "groupId", "memberId"),
  servicePrincipal: idFormat("/servicePrincipals/{servicePrincipalId}", "servicePrincipalId"),
  servicePrincipalPassword: idFormat("{servicePrincipalId}/password/{keyId}", "servicePrincipalId", "keyId"),
};
