import { rolesHeldFor } from "./role-assignments.ts";
import type { EntraState } from "./state.ts";

/** Who wants to do something, and what was granted to them. */
export interface DirectoryCaller {
  kind: "app" | "user";
  /** Object id: of the application's service principal, or of the user. */
  objectId: string;
  /** Application permissions of Microsoft Graph. */
  roles: readonly string[];
  /** Delegated permissions. */
  scopes: readonly string[];
}

/**
 * What lets a caller do something in the directory.
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
export interface Right {
  /** Application permissions; any one is enough. */
  roles: readonly string[];
  /** Application permissions that are enough for what the caller owns, or is about to create. */
  rolesOverOwned?: readonly string[];
  /** Delegated permissions; any one is needed … */
  scopes: readonly string[];
  /** … and where this is set, the user must also own the object or hold a directory role. */
  userNeedsAuthority?: boolean;
  /** Directory roles (template ids) that give the authority, to a user or a service principal. */
  directoryRoles: readonly string[];
}

const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";
const globalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";
const directoryReaders = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
const directoryWriters = "9360feb5-f418-4baa-8175-e2a00bac4301";
const applicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const cloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7";
const applicationDeveloper = "cf1c38e5-3621-4004-a7cb-879624dced7c";
const groupsAdministrator = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
const userAdministrator = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const reportsReader = "4a5d8f65-41da-4de4-8968-e035b65339cf";
const securityReader = "5d6b6bb7-de71-4623-b4af-96380a352509";
const privilegedRoleAdministrator = "e8611ab8-c189-46e8-94e1-60213ab1f814";

const applicationAdministrators = [
  globalAdministrator,
  applicationAdministrator,
  cloudApplicationAdministrator,
];
const readers = [
  globalReader,
  directoryReaders,
  directoryWriters,
  groupsAdministrator,
  userAdministrator,
  privilegedRoleAdministrator,
  ...applicationAdministrators,
];
const directoryReadRoles = ["Directory.Read.All", "Directory.ReadWrite.All"];
const directoryReadScopes = ["Directory.Read.All", "Directory.ReadWrite.All"];

/** Every right that an operation can ask for. */
export const rights = {
  readApplications: {
    // `OwnedBy` reads every application, and writes only its own.
    roles: [
      "Application.Read.All",
      "Application.ReadWrite.All",
      "Application.ReadWrite.OwnedBy",
      ...directoryReadRoles,
    ],
    scopes: ["Application.Read.All", "Application.ReadWrite.All", ...directoryReadScopes],
    directoryRoles: [...readers, applicationDeveloper],
  },
  createApplications: {
    roles: ["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"],
    scopes: ["Application.ReadWrite.All"],
    directoryRoles: [...applicationAdministrators, applicationDeveloper],
  },
  writeApplications: {
    roles: ["Application.ReadWrite.All"],
    rolesOverOwned: ["Application.ReadWrite.OwnedBy"],
    scopes: ["Application.ReadWrite.All"],
    userNeedsAuthority: true,
    directoryRoles: applicationAdministrators,
  },
  readGroups: {
    roles: ["Group.Read.All", "Group.ReadWrite.All", ...directoryReadRoles],
    scopes: ["Group.Read.All", "Group.ReadWrite.All", ...directoryReadScopes],
    directoryRoles: readers,
  },
  createGroups: {
    roles: ["Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
    scopes: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
    directoryRoles: [globalAdministrator, groupsAdministrator, userAdministrator, directoryWriters],
  },
  writeGroups: {
    roles: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
    // `Group.Create` lets an application go on with the group that it has just made.
    rolesOverOwned: ["Group.Create"],
    scopes: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
    userNeedsAuthority: true,
    directoryRoles: [globalAdministrator, groupsAdministrator, userAdministrator, directoryWriters],
  },
  readMembers: {
    roles: [
      "GroupMember.Read.All",
      "GroupMember.ReadWrite.All",
      "Group.Read.All",
      "Group.ReadWrite.All",
      ...directoryReadRoles,
    ],
    scopes: ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", ...directoryReadScopes],
    directoryRoles: readers,
  },
  writeMembers: {
    roles: ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
    rolesOverOwned: ["Group.Create"],
    scopes: ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
    userNeedsAuthority: true,
    directoryRoles: [globalAdministrator, groupsAdministrator, userAdministrator, directoryWriters],
  },
  readDirectory: {
    roles: [...directoryReadRoles, "User.Read.All"],
    scopes: [...directoryReadScopes, "User.Read.All"],
    directoryRoles: readers,
  },
  readUsers: {
    roles: ["User.Read.All", "User.ReadWrite.All", ...directoryReadRoles],
    scopes: ["User.Read.All", "User.ReadWrite.All", ...directoryReadScopes],
    directoryRoles: readers,
  },
  writeUsers: {
    roles: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    scopes: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    userNeedsAuthority: true,
    directoryRoles: [globalAdministrator, userAdministrator, directoryWriters],
  },
  readSelf: {
    roles: [],
    scopes: ["User.Read", "User.Read.All", "User.ReadWrite.All", ...directoryReadScopes],
    directoryRoles: [],
  },
  readOrganization: {
    roles: ["Organization.Read.All", ...directoryReadRoles],
    scopes: ["User.Read", "Organization.Read.All", ...directoryReadScopes],
    directoryRoles: readers,
  },
  readRoles: {
    roles: ["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", ...directoryReadRoles],
    scopes: ["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", ...directoryReadScopes],
    directoryRoles: readers,
  },
  writeRoles: {
    roles: ["RoleManagement.ReadWrite.Directory"],
    scopes: ["RoleManagement.ReadWrite.Directory"],
    userNeedsAuthority: true,
    directoryRoles: [globalAdministrator, privilegedRoleAdministrator],
  },
  grantAppRoles: {
    roles: ["AppRoleAssignment.ReadWrite.All"],
    scopes: ["AppRoleAssignment.ReadWrite.All"],
    userNeedsAuthority: true,
    directoryRoles: [globalAdministrator, privilegedRoleAdministrator],
  },
  readGrants: {
    roles: ["DelegatedPermissionGrant.ReadWrite.All", ...directoryReadRoles],
    scopes: ["DelegatedPermissionGrant.ReadWrite.All", ...directoryReadScopes],
    directoryRoles: readers,
  },
  writeGrants: {
    roles: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
    scopes: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
    userNeedsAuthority: true,
    directoryRoles: applicationAdministrators,
  },
  readReports: {
    roles: ["AuditLog.Read.All"],
    scopes: ["AuditLog.Read.All"],
    userNeedsAuthority: true,
    directoryRoles: [globalAdministrator, globalReader, reportsReader, securityReader],
  },
  sendMail: { roles: ["Mail.Send"], scopes: ["Mail.Send"], directoryRoles: [] },
  readMail: {
    roles: ["Mail.Read", "Mail.ReadWrite"],
    scopes: ["Mail.Read", "Mail.ReadWrite"],
    directoryRoles: [],
  },
} as const satisfies Record<string, Right>;

/** What it is about: its id, and who owns it. */
export interface RightTarget {
  id: string;
  owners: readonly string[];
}

/** Whether the caller may do this, to this object. */
export function isPermitted(
  entra: EntraState,
  right: Right,
  caller: DirectoryCaller,
  target: RightTarget | undefined,
): boolean {
  const owns = target?.owners.includes(caller.objectId) ?? false;
  const holdsRole = () =>
    rolesHeldFor(entra, caller.objectId, target?.id).some((role) => right.directoryRoles.includes(role));
  if (caller.kind === "app") {
    return (
      right.roles.some((role) => caller.roles.includes(role)) ||
      (owns && (right.rolesOverOwned ?? []).some((role) => caller.roles.includes(role))) ||
      holdsRole()
    );
  }
  return (
    right.scopes.some((scope) => caller.scopes.includes(scope)) &&
    (right.userNeedsAuthority !== true || owns || holdsRole())
  );
}
