import { array, type ResourceDefinition, required, string } from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/managedidentity/federatedidentitycredential/ */
export const federatedIdentityCredential: ResourceDefinition = {
  token: "azure-native:managedidentity:FederatedIdentityCredential",
  apiVersion: "2023-01-31",
  armType: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
  autoName: { property: "federatedIdentityCredentialResourceName", kind: "copy" },
  forceNew: [],
  flattenExcept: ["systemData", "type", "name"],
  inputs: {
    audiences: required(array(string)),
    federatedIdentityCredentialResourceName: string,
    issuer: required(string),
    resourceGroupName: required(string),
    resourceName: required(string),
    subject: required(string),
  },
  outputs: {
    audiences: array(string),
    azureApiVersion: string,
    issuer: string,
    name: string,
    subject: string,
    systemData,
    type: string,
  },
};
