/** Application permissions of Microsoft Graph (https://learn.microsoft.com/graph/permissions-reference). */
export interface GraphPermission {
  name: string;
  /** Of the app role. */
  id: string;
  why: string;
}

export const graphPermissions = {
  ownApplications: {
    name: "Application.ReadWrite.OwnedBy",
    id: "18a4783c-866b-4cc7-a460-3d5e5662c884",
    why: "makes applications and rotates the secrets of those that it owns; cannot touch any other application",
  },
  readApplications: {
    name: "Application.Read.All",
    id: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    why: "looks applications up for a preview, and lists them for `keyturn audit`",
  },
  readSignInReports: {
    name: "AuditLog.Read.All",
    id: "b0afded3-3588-46d8-8b3d-9842eff778da",
    why: "reads when a credential was last used, for `keyturn audit`",
  },
  readUsers: {
    name: "User.Read.All",
    id: "df021288-bdef-4463-88db-98f22de89214",
    why: "reads the addresses of applications' owners, for `keyturn pipeline audit`",
  },
} as const satisfies Record<string, GraphPermission>;
