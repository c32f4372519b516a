import {
  array,
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

const attributes = object({
  enabled: boolean,
  expires: renamed("exp", integer),
  exportable: boolean,
  notBefore: renamed("nbf", integer),
});

const releasePolicy = object({ contentType: string, data: string });

const rotationPolicyAttributes = object({ expiryTime: string });

const rotationPolicy = object({
  attributes: rotationPolicyAttributes,
  lifetimeActions: array(
    object({
      action: object({ type: string }),
      trigger: object({ timeAfterCreate: string, timeBeforeExpiry: string }),
    }),
  ),
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/keyvault/key/ */
export const key: ResourceDefinition = {
  token: "azure-native:keyvault:Key",
  apiVersion: "2024-11-01",
  armType: "Microsoft.KeyVault/vaults/keys",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
  autoName: { property: "keyName", kind: "copy" },
  forceNew: [],
  flattenExcept: ["properties", "location", "tags", "type", "name"],
  inputs: {
    keyName: text({ pattern: /^[a-zA-Z0-9-]{1,127}$/ }),
    properties: required(
      object({
        attributes,
        curveName: string,
        keyOps: array(string),
        keySize: integer,
        kty: string,
        releasePolicy: renamed("release_policy", releasePolicy),
        rotationPolicy,
      }),
    ),
    resourceGroupName: required(string),
    tags: map(string),
    vaultName: required(text({ pattern: /^[a-zA-Z0-9-]{3,24}$/ })),
  },
  outputs: {
    attributes: extend(attributes, { created: integer, recoveryLevel: string, updated: integer }),
    azureApiVersion: string,
    curveName: string,
    keyOps: array(string),
    keySize: integer,
    keyUri: string,
    keyUriWithVersion: string,
    kty: string,
    location: string,
    name: string,
    releasePolicy: renamed("release_policy", releasePolicy),
    rotationPolicy: extend(rotationPolicy, {
      attributes: extend(rotationPolicyAttributes, { created: integer, updated: integer }),
    }),
    tags: map(string),
    type: string,
  },
};
