import {
  array,
  boolean,
  extend,
  integer,
  map,
  object,
  type ResourceDefinition,
  required,
  string,
  text,
} from "../schema.ts";

const immutableStorageWithVersioning = object({ enabled: boolean });

const updateHistoryProperty = object({
  allowProtectedAppendWrites: boolean,
  allowProtectedAppendWritesAll: boolean,
  immutabilityPeriodSinceCreationInDays: integer,
  objectIdentifier: string,
  tenantId: string,
  timestamp: string,
  update: string,
  upn: string,
});

const immutabilityPolicyProperties = object(
  {
    allowProtectedAppendWrites: boolean,
    allowProtectedAppendWritesAll: boolean,
    etag: string,
    immutabilityPeriodSinceCreationInDays: integer,
    state: string,
    updateHistory: array(updateHistoryProperty),
  },
  { flattenExcept: ["etag", "updateHistory"] },
);

const legalHoldProperties = object({
  hasLegalHold: boolean,
  protectedAppendWritesHistory: object({ allowProtectedAppendWritesAll: boolean, timestamp: string }),
  tags: array(
    object({ objectIdentifier: string, tag: string, tenantId: string, timestamp: string, upn: string }),
  ),
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/storage/blobcontainer/ */
export const blobContainer: ResourceDefinition = {
  token: "azure-native:storage:BlobContainer",
  apiVersion: "2024-01-01",
  armType: "Microsoft.Storage/storageAccounts/blobServices/containers",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}",
  autoName: { property: "containerName", kind: "copy" },
  forceNew: [],
  flattenExcept: ["etag", "type", "name"],
  inputs: {
    accountName: required(text({ minLength: 3, maxLength: 24, pattern: /^[a-z0-9]+$/ })),
    containerName: text({ minLength: 3, maxLength: 63 }),
    defaultEncryptionScope: string,
    denyEncryptionScopeOverride: boolean,
    enableNfsV3AllSquash: boolean,
    enableNfsV3RootSquash: boolean,
    immutableStorageWithVersioning,
    metadata: map(string),
    publicAccess: string,
    resourceGroupName: required(string),
  },
  outputs: {
    azureApiVersion: string,
    defaultEncryptionScope: string,
    deleted: boolean,
    deletedTime: string,
    denyEncryptionScopeOverride: boolean,
    enableNfsV3AllSquash: boolean,
    enableNfsV3RootSquash: boolean,
    etag: string,
    hasImmutabilityPolicy: boolean,
    hasLegalHold: boolean,
    immutabilityPolicy: immutabilityPolicyProperties,
    immutableStorageWithVersioning: extend(immutableStorageWithVersioning, {
      migrationState: string,
      timeStamp: string,
    }),
    lastModifiedTime: string,
    leaseDuration: string,
    leaseState: string,
    leaseStatus: string,
    legalHold: legalHoldProperties,
    metadata: map(string),
    name: string,
    publicAccess: string,
    remainingRetentionDays: integer,
    type: string,
    version: string,
  },
};
