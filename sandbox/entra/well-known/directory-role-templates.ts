/** A directory role that every tenant can activate. */
export interface DirectoryRoleTemplate {
  /** Also the id of its role definition. */
  id: string;
  displayName: string;
  description: string;
}

/**
 * Built-in directory roles.
 * https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
 */
export const directoryRoleTemplates: readonly DirectoryRoleTemplate[] = [
  {
    id: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    displayName: "Application Administrator",
    description: "Can create and manage all aspects of app registrations and enterprise apps.",
  },
  {
    id: "cf1c38e5-3621-4004-a7cb-879624dced7c",
    displayName: "Application Developer",
    description:
      "Can create application registrations independent of the 'Users can register applications' setting.",
  },
  {
    id: "158c047a-c907-4556-b7ef-446551a6b5f7",
    displayName: "Cloud Application Administrator",
    description:
      "Can create and manage all aspects of app registrations and enterprise apps except App Proxy.",
  },
  {
    id: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    displayName: "Directory Readers",
    description: "Can read basic directory information.",
  },
  {
    id: "9360feb5-f418-4baa-8175-e2a00bac4301",
    displayName: "Directory Writers",
    description: "Can read and write basic directory information.",
  },
  {
    id: "29232cdf-9323-42fd-ade2-1d097af3e4de",
    displayName: "Exchange Administrator",
    description: "Can manage all aspects of the Exchange product.",
  },
  {
    id: "62e90394-69f5-4237-9190-012177145e10",
    displayName: "Global Administrator",
    description:
      "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities.",
  },
  {
    id: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    displayName: "Global Reader",
    description: "Can read everything that a Global Administrator can, but not update anything.",
  },
  {
    id: "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    displayName: "Groups Administrator",
    description: "Can manage all aspects of groups and group settings.",
  },
  {
    id: "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    displayName: "Helpdesk Administrator",
    description: "Can reset passwords for non-administrators and Helpdesk Administrators.",
  },
  {
    id: "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b",
    displayName: "Message Center Reader",
    description: "Can read messages and updates for their organization in Office 365 Message Center only.",
  },
  {
    id: "e8611ab8-c189-46e8-94e1-60213ab1f814",
    displayName: "Privileged Role Administrator",
    description: "Can manage role assignments, and all aspects of Privileged Identity Management.",
  },
  {
    id: "4a5d8f65-41da-4de4-8968-e035b65339cf",
    displayName: "Reports Reader",
    description: "Can read sign-in and audit reports.",
  },
  {
    id: "194ae4cb-b126-40b2-bd5b-6091b380977d",
    displayName: "Security Administrator",
    description: "Can read security information and reports, and manage configuration.",
  },
  {
    id: "5d6b6bb7-de71-4623-b4af-96380a352509",
    displayName: "Security Reader",
    description: "Can read security information and reports in Microsoft Entra ID and Office 365.",
  },
  {
    id: "f023fd81-a637-4b56-95fd-791ac0226033",
    displayName: "Service Support Administrator",
    description: "Can read service health information and manage support tickets.",
  },
  {
    id: "fe930be7-5e62-47db-91af-98c3a49a38b1",
    displayName: "User Administrator",
    description: "Can manage all aspects of users and groups.",
  },
];

/** Global Administrator: may do everything in the directory. */
export const globalAdministratorRoleId = "62e90394-69f5-4237-9190-012177145e10";
