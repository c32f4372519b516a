import type { PublishedApplication } from "./published-application.ts";

/** https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses */
export const azureKeyVault: PublishedApplication = {
  appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
  displayName: "Azure Key Vault",
  servicePrincipalNames: [
    "https://vault.azure.net",
    "https://vault.azure.net/",
    "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
  ],
  appRoles: [],
  scopes: [
    {
      id: "f53da476-18e3-4152-8e01-aec403e6edc0",
      value: "user_impersonation",
      displayName: "Have full access to the Azure Key Vault service",
    },
  ],
};

/** https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory */
export const azureStorage: PublishedApplication = {
  appId: "e406a681-f3d4-42a8-90b6-c2b029497af1",
  displayName: "Azure Storage",
  servicePrincipalNames: [
    "https://storage.azure.com/",
    "https://storage.azure.com",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
  ],
  appRoles: [],
  scopes: [
    {
      id: "03e0da56-190b-40ad-a80c-ea378c433f7f",
      value: "user_impersonation",
      displayName: "Access Azure Storage",
    },
  ],
};

/** The API of Azure Resource Manager. */
export const azureServiceManagement: PublishedApplication = {
  appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  displayName: "Windows Azure Service Management API",
  servicePrincipalNames: [
    "https://management.azure.com/",
    "https://management.azure.com",
    "https://management.core.windows.net/",
    "https://management.core.windows.net",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  ],
  appRoles: [],
  scopes: [
    {
      id: "41094075-9dad-400e-a0bd-54e686782033",
      value: "user_impersonation",
      displayName: "Access Azure Service Management as organization users",
    },
  ],
};
