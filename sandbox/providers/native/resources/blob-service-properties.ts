import {
  array,
  boolean,
  extend,
  integer,
  object,
  type ResourceDefinition,
  required,
  string,
  text,
} from "../schema.ts";

const changeFeed = object({ enabled: boolean, retentionInDays: integer });

const deleteRetentionPolicy = object({ allowPermanentDelete: boolean, days: integer, enabled: boolean });

const corsRule = object({
  allowedHeaders: required(array(string)),
  allowedMethods: required(array(string)),
  allowedOrigins: required(array(string)),
  exposedHeaders: required(array(string)),
  maxAgeInSeconds: required(integer),
});

const corsRules = object({ corsRules: array(corsRule) });

const lastAccessTimeTrackingPolicy = object({
  blobType: array(string),
  enable: required(boolean),
  name: string,
  trackingGranularityInDays: integer,
});

const restorePolicy = object({ days: integer, enabled: required(boolean) });

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/storage/blobserviceproperties/ */
export const blobServiceProperties: ResourceDefinition = {
  token: "azure-native:storage:BlobServiceProperties",
  apiVersion: "2024-01-01",
  armType: "Microsoft.Storage/storageAccounts/blobServices",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}",
  autoName: { property: "blobServicesName", kind: "copy" },
  forceNew: [],
  comesWithParent: true,
  flattenExcept: ["sku", "type", "name"],
  inputs: {
    accountName: required(text({ minLength: 3, maxLength: 24, pattern: /^[a-z0-9]+$/ })),
    automaticSnapshotPolicyEnabled: boolean,
    blobServicesName: string,
    changeFeed,
    containerDeleteRetentionPolicy: deleteRetentionPolicy,
    cors: corsRules,
    defaultServiceVersion: string,
    deleteRetentionPolicy,
    isVersioningEnabled: boolean,
    lastAccessTimeTrackingPolicy,
    resourceGroupName: required(string),
    restorePolicy,
  },
  outputs: {
    automaticSnapshotPolicyEnabled: boolean,
    azureApiVersion: string,
    changeFeed,
    containerDeleteRetentionPolicy: deleteRetentionPolicy,
    cors: corsRules,
    defaultServiceVersion: string,
    deleteRetentionPolicy,
    isVersioningEnabled: boolean,
    lastAccessTimeTrackingPolicy,
    name: string,
    restorePolicy: extend(restorePolicy, { lastEnabledTime: string, minRestoreTime: string }),
    sku: object({ name: string, tier: string }),
    type: string,
  },
};
