import type { ProviderFunction } from "../bridge/invoke.ts";

/**
 * Client ids of Microsoft's own applications. The real function knows about 120; here are those that mail,
 * secrets and monitoring may meet.
 * https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
 */
const PUBLISHED_APP_IDS = {
  AzureActiveDirectoryGraph: "00000002-0000-0000-c000-000000000000",
  AzureContainerRegistry: "6a0ec4d3-30cb-4a83-91c0-ae56bc0e3d26",
  AzureCosmosDb: "a232010e-820c-4083-83bb-3ace5fc29d0b",
  AzureDevOps: "499b84ac-1321-427f-aa17-267ca6975798",
  AzureEventHubs: "80369ed6-5f11-4dd9-bef3-692475845e77",
  AzureKeyVault: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
  AzureResourceManager: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  AzureServiceBus: "80a10ef9-8168-493d-abf9-3297c4ef6e3c",
  AzureServiceManagement: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
  AzureStorage: "e406a681-f3d4-42a8-90b6-c2b029497af1",
  DynamicsCrm: "00000007-0000-0000-c000-000000000000",
  LogAnalytics: "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5",
  MicrosoftAzureCli: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
  MicrosoftGraph: "00000003-0000-0000-c000-000000000000",
  MicrosoftTeams: "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
  Office365ExchangeOnline: "00000002-0000-0ff1-ce00-000000000000",
  Office365Management: "c5393580-f805-4401-95e8-94b7a6ef2fc2",
  Office365SharePointOnline: "00000003-0000-0ff1-ce00-000000000000",
  PowerBiService: "00000009-0000-0000-c000-000000000000",
  SkypeForBusinessOnline: "00000004-0000-0ff1-ce00-000000000000",
};

/** https://www.pulumi.com/registry/packages/azuread/api-docs/getapplicationpublishedappids/ */
export function getApplicationPublishedAppIds(): ProviderFunction {
  return { args: {}, call: async () => ({ id: "appIds", result: { ...PUBLISHED_APP_IDS } }) };
}
