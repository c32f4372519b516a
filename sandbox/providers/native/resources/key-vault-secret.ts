import {
  boolean,
  extend,
  integer,
  map,
  object,
  type ResourceDefinition,
  renamed,
  required,
  string,
  text,
} from "../schema.ts";

const secretAttributes = object({
  enabled: boolean,
  expires: renamed("exp", integer),
  notBefore: renamed("nbf", integer),
});

const secretProperties = object({ attributes: secretAttributes, contentType: string, value: string });

const secretAttributesResponse = extend(secretAttributes, { created: integer, updated: integer });

const secretPropertiesResponse = extend(secretProperties, {
  attributes: secretAttributesResponse,
  secretUri: string,
  secretUriWithVersion: string,
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/keyvault/secret/ */
export const secret: ResourceDefinition = {
  token: "azure-native:keyvault:Secret",
  apiVersion: "2024-11-01",
  armType: "Microsoft.KeyVault/vaults/secrets",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
  autoName: { property: "secretName", kind: "copy" },
  forceNew: [],
  inputs: {
    properties: required(secretProperties),
    resourceGroupName: required(string),
    secretName: text({ pattern: /^[a-zA-Z0-9-]{1,127}$/ }),
    tags: map(string),
    vaultName: required(string),
  },
  outputs: {
    azureApiVersion: string,
    location: string,
    name: string,
    properties: secretPropertiesResponse,
    tags: map(string),
    type: string,
  },
};
