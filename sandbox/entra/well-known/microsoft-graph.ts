import type { PublishedApplication } from "./published-application.ts";

/**
 * Microsoft Graph, with those of its permissions that have a meaning in the sandbox. Ids and names:
 * https://learn.microsoft.com/graph/permissions-reference
 */
export const microsoftGraph: PublishedApplication = {
  appId: "00000003-0000-0000-c000-000000000000",
  displayName: "Microsoft Graph",
  servicePrincipalNames: [
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    "00000003-0000-0000-c000-000000000000",
  ],
  appRoles: [
    {
      id: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
      value: "Application.Read.All",
      displayName: "Read all applications",
    },
    {
      id: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
      value: "Application.ReadWrite.All",
      displayName: "Read and write all applications",
    },
    {
      id: "18a4783c-866b-4cc7-a460-3d5e5662c884",
      value: "Application.ReadWrite.OwnedBy",
      displayName: "Manage apps that this app creates or owns",
    },
    {
      id: "06b708a9-e830-4db3-a914-8e69da51d44f",
      value: "AppRoleAssignment.ReadWrite.All",
      displayName: "Manage app permission grants and app role assignments",
    },
    {
      id: "b0afded3-3588-46d8-8b3d-9842eff778da",
      value: "AuditLog.Read.All",
      displayName: "Read all audit log data",
    },
    {
      id: "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
      value: "DelegatedPermissionGrant.ReadWrite.All",
      displayName: "Manage all delegated permission grants",
    },
    {
      id: "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
      value: "Directory.Read.All",
      displayName: "Read directory data",
    },
    {
      id: "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
      value: "Directory.ReadWrite.All",
      displayName: "Read and write directory data",
    },
    { id: "bf7b1a76-6e77-406b-b258-bf5c7720e98f", value: "Group.Create", displayName: "Create groups" },
    { id: "5b567255-7703-4780-807c-7be8301ae99b", value: "Group.Read.All", displayName: "Read all groups" },
    {
      id: "62a82d76-70ea-41e2-9197-370581804d09",
      value: "Group.ReadWrite.All",
      displayName: "Read and write all groups",
    },
    {
      id: "98830695-27a2-44f7-8c18-0c3ebc9698f6",
      value: "GroupMember.Read.All",
      displayName: "Read all group memberships",
    },
    {
      id: "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
      value: "GroupMember.ReadWrite.All",
      displayName: "Read and write all group memberships",
    },
    {
      id: "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
      value: "Mail.Read",
      displayName: "Read mail in all mailboxes",
    },
    {
      id: "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
      value: "Mail.ReadWrite",
      displayName: "Read and write mail in all mailboxes",
    },
    { id: "b633e1c5-b582-4048-a93e-9f11b44c7e96", value: "Mail.Send", displayName: "Send mail as any user" },
    {
      id: "498476ce-e0fe-48b0-b801-37ba7e2685c6",
      value: "Organization.Read.All",
      displayName: "Read organization information",
    },
    {
      id: "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
      value: "RoleManagement.Read.Directory",
      displayName: "Read all directory RBAC settings",
    },
    {
      id: "9e3f62cf-ca93-4989-b6ce-bf83d28f9fe8",
      value: "RoleManagement.ReadWrite.Directory",
      displayName: "Read and write all directory RBAC settings",
    },
    {
      id: "df021288-bdef-4463-88db-98f22de89214",
      value: "User.Read.All",
      displayName: "Read all users' full profiles",
    },
    {
      id: "741f803b-c850-494e-b5df-cde7c675a1ca",
      value: "User.ReadWrite.All",
      displayName: "Read and write all users' full profiles",
    },
  ],
  scopes: [
    {
      id: "c79f8feb-a9db-4090-85f9-90d820caa0eb",
      value: "Application.Read.All",
      displayName: "Read applications",
      adminOnly: true,
    },
    {
      id: "bdfbf15f-ee85-4955-8675-146e8e5296b5",
      value: "Application.ReadWrite.All",
      displayName: "Read and write all applications",
      adminOnly: true,
    },
    {
      id: "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20",
      value: "AuditLog.Read.All",
      displayName: "Read audit log data",
      adminOnly: true,
    },
    {
      id: "06da0dbc-49e2-44d2-8312-53f166ab848a",
      value: "Directory.Read.All",
      displayName: "Read directory data",
      adminOnly: true,
    },
    { id: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", value: "email", displayName: "View users' email address" },
    {
      id: "652390e4-393a-48de-9484-05f9b1212954",
      value: "IMAP.AccessAsUser.All",
      displayName: "Read and write access to mailboxes via IMAP",
    },
    { id: "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", value: "Mail.Read", displayName: "Read user mail" },
    {
      id: "024d486e-b451-40bb-833d-3e66d98c5c73",
      value: "Mail.ReadWrite",
      displayName: "Read and write access to user mail",
    },
    { id: "e383f46e-2787-4529-855e-0e479a3ffac0", value: "Mail.Send", displayName: "Send mail as a user" },
    {
      id: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
      value: "offline_access",
      displayName: "Maintain access to data you have given it access to",
    },
    { id: "37f7f235-527c-4136-accd-4a02d197296e", value: "openid", displayName: "Sign users in" },
    {
      id: "d7b7f2d9-0f45-4ea1-9d42-e50810c06991",
      value: "POP.AccessAsUser.All",
      displayName: "Read and write access to mailboxes via POP",
    },
    {
      id: "14dad69e-099b-42c9-810b-d002981feec1",
      value: "profile",
      displayName: "View users' basic profile",
    },
    {
      id: "258f6531-6087-4cc4-bb90-092c5fb3ed3f",
      value: "SMTP.Send",
      displayName: "Send emails from mailboxes using SMTP AUTH",
    },
    {
      id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
      value: "User.Read",
      displayName: "Sign in and read user profile",
    },
    {
      id: "a154be20-db9c-4678-8ab7-66f6cc099a59",
      value: "User.Read.All",
      displayName: "Read all users' full profiles",
      adminOnly: true,
    },
    {
      id: "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
      value: "AppRoleAssignment.ReadWrite.All",
      displayName: "Manage app permission grants and app role assignments",
      adminOnly: true,
    },
    {
      id: "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
      value: "DelegatedPermissionGrant.ReadWrite.All",
      displayName: "Manage all delegated permission grants",
      adminOnly: true,
    },
    {
      id: "c5366453-9fb0-48a5-a156-24f0c49a4b84",
      value: "Directory.ReadWrite.All",
      displayName: "Read and write directory data",
      adminOnly: true,
    },
    {
      id: "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
      value: "Group.Read.All",
      displayName: "Read all groups",
      adminOnly: true,
    },
    {
      id: "4e46008b-f24c-477d-8fff-7bb4ec7aafe0",
      value: "Group.ReadWrite.All",
      displayName: "Read and write all groups",
      adminOnly: true,
    },
    {
      id: "bc024368-1153-4739-b217-4326f2e966d0",
      value: "GroupMember.Read.All",
      displayName: "Read group memberships",
      adminOnly: true,
    },
    {
      id: "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
      value: "GroupMember.ReadWrite.All",
      displayName: "Read and write group memberships",
      adminOnly: true,
    },
    {
      id: "4908d5b9-3fb2-4b1e-9336-1888b7937185",
      value: "Organization.Read.All",
      displayName: "Read organization information",
      adminOnly: true,
    },
    {
      id: "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
      value: "RoleManagement.Read.Directory",
      displayName: "Read directory RBAC settings",
      adminOnly: true,
    },
    {
      id: "d01b97e9-cbc0-49fe-810a-750afd5527a3",
      value: "RoleManagement.ReadWrite.Directory",
      displayName: "Read and write directory RBAC settings",
      adminOnly: true,
    },
    {
      id: "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
      value: "User.ReadWrite.All",
      displayName: "Read and write all users' full profiles",
      adminOnly: true,
    },
  ],
};
