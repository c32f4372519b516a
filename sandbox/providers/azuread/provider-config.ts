import type { ConfigSchema } from "../bridge/config.ts";
import { uuid } from "../bridge/validations.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/provider/ */
export const azureadConfig: ConfigSchema = {
  adoPipelineServiceConnectionId: { type: "string", use: "optional" },
  clientCertificate: { type: "string", use: "optional", sensitive: true },
  clientCertificatePassword: { type: "string", use: "optional", sensitive: true },
  clientCertificatePath: { type: "string", use: "optional" },
  clientId: { type: "string", use: "optional", sensitive: true },
  clientIdFilePath: { type: "string", use: "optional" },
  clientSecret: { type: "string", use: "optional", sensitive: true },
  clientSecretFilePath: { type: "string", use: "optional" },
  disableTerraformPartnerId: { type: "bool", use: "optional" },
  environment: { type: "string", use: "optional", default: "public" },
  metadataHost: { type: "string", use: "optional" },
  msiEndpoint: { type: "string", use: "optional" },
  oidcRequestToken: { type: "string", use: "optional", sensitive: true },
  oidcRequestUrl: { type: "string", use: "optional" },
  oidcToken: { type: "string", use: "optional", sensitive: true },
  oidcTokenFilePath: { type: "string", use: "optional" },
  partnerId: { type: "string", use: "optional", validate: uuid },
  tenantId: { type: "string", use: "optional" },
  useAksWorkloadIdentity: { type: "bool", use: "optional" },
  useCli: { type: "bool", use: "optional" },
  useMsi: { type: "bool", use: "optional" },
  useOidc: { type: "bool", use: "optional" },
};
