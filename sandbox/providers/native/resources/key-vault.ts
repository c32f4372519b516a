import {
  array,
  boolean,
  integer,
  map,
  object,
  type ResourceDefinition,
  required,
  string,
  text,
} from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const permissions = object({
  certificates: array(string),
  keys: array(string),
  secrets: array(string),
  storage: array(string),
});

const accessPolicyEntry = object({
  applicationId: string,
  objectId: required(string),
  permissions: required(permissions),
  tenantId: required(string),
});

const iPRule = object({ value: required(string) });

const virtualNetworkRule = object({ id: required(string), ignoreMissingVnetServiceEndpoint: boolean });

const networkRuleSet = object({
  bypass: string,
  defaultAction: string,
  ipRules: array(iPRule),
  virtualNetworkRules: array(virtualNetworkRule),
});

const sku = object({ family: required(string), name: required(string) });

const vaultProperties = object({
  accessPolicies: array(accessPolicyEntry),
  createMode: string,
  enablePurgeProtection: boolean,
  enableRbacAuthorization: boolean,
  enableSoftDelete: boolean,
  enabledForDeployment: boolean,
  enabledForDiskEncryption: boolean,
  enabledForTemplateDeployment: boolean,
  networkAcls: networkRuleSet,
  publicNetworkAccess: string,
  sku: required(sku),
  softDeleteRetentionInDays: integer,
  tenantId: required(string),
});

const privateEndpoint = object({ id: string });

const privateLinkServiceConnectionState = object({
  actionsRequired: string,
  description: string,
  status: string,
});

const privateEndpointConnectionItem = object({
  etag: string,
  id: string,
  privateEndpoint,
  privateLinkServiceConnectionState,
  provisioningState: string,
});

const vaultPropertiesResponse = object({
  accessPolicies: array(accessPolicyEntry),
  enablePurgeProtection: boolean,
  enableRbacAuthorization: boolean,
  enableSoftDelete: boolean,
  enabledForDeployment: boolean,
  enabledForDiskEncryption: boolean,
  enabledForTemplateDeployment: boolean,
  hsmPoolResourceId: string,
  networkAcls: networkRuleSet,
  privateEndpointConnections: array(privateEndpointConnectionItem),
  provisioningState: string,
  publicNetworkAccess: string,
  sku,
  softDeleteRetentionInDays: integer,
  tenantId: string,
  vaultUri: string,
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/keyvault/vault/ */
export const vault: ResourceDefinition = {
  token: "azure-native:keyvault:Vault",
  apiVersion: "2024-11-01",
  armType: "Microsoft.KeyVault/vaults",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}",
  autoName: { property: "vaultName", kind: "random" },
  forceNew: [],
  inputs: {
    location: string,
    properties: required(vaultProperties),
    resourceGroupName: required(string),
    tags: map(string),
    vaultName: text({ pattern: /^[a-zA-Z0-9-]{3,24}$/ }),
  },
  outputs: {
    azureApiVersion: string,
    location: string,
    name: string,
    properties: vaultPropertiesResponse,
    systemData,
    tags: map(string),
    type: string,
  },
};
