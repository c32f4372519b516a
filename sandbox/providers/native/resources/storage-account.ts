import {
  array,
  boolean,
  extend,
  idSet,
  integer,
  map,
  object,
  type ResourceDefinition,
  renamed,
  required,
  string,
  text,
} from "../schema.ts";
import {
  endpoints,
  geoReplicationStats,
  privateEndpointConnection,
  skuConversionStatus,
} from "../shapes/storage-account-answers.ts";

const azureFilesIdentityBasedAuthentication = object({
  activeDirectoryProperties: object({
    accountType: string,
    azureStorageSid: string,
    domainGuid: required(string),
    domainName: required(string),
    domainSid: string,
    forestName: string,
    netBiosDomainName: string,
    samAccountName: string,
  }),
  defaultSharePermission: string,
  directoryServiceOptions: required(string),
});

const customDomain = object({ name: required(string), useSubDomainName: boolean });

const keyVaultProperties = object({
  keyName: renamed("keyname", string),
  keyVaultUri: renamed("keyvaulturi", string),
  keyVersion: renamed("keyversion", string),
});

const encryptionService = object({ enabled: boolean, keyType: string });

const encryption = object({
  encryptionIdentity: renamed(
    "identity",
    object({
      encryptionFederatedIdentityClientId: renamed("federatedIdentityClientId", string),
      encryptionUserAssignedIdentity: renamed("userAssignedIdentity", string),
    }),
  ),
  keySource: string,
  keyVaultProperties: renamed("keyvaultproperties", keyVaultProperties),
  requireInfrastructureEncryption: boolean,
  services: object({
    blob: encryptionService,
    file: encryptionService,
    queue: encryptionService,
    table: encryptionService,
  }),
});

const encryptionServiceResponse = extend(encryptionService, { lastEnabledTime: string });

const encryptionResponse = extend(encryption, {
  keyVaultProperties: renamed(
    "keyvaultproperties",
    extend(keyVaultProperties, {
      currentVersionedKeyExpirationTimestamp: string,
      currentVersionedKeyIdentifier: string,
      lastKeyRotationTimestamp: string,
    }),
  ),
  services: object({
    blob: encryptionServiceResponse,
    file: encryptionServiceResponse,
    queue: encryptionServiceResponse,
    table: encryptionServiceResponse,
  }),
});

const extendedLocation = object({ name: string, type: string });

const userIdentityProperties = object({ clientId: string, principalId: string });

const identity = object({ type: required(string), userAssignedIdentities: idSet(userIdentityProperties) });

const immutableStorageAccount = object({
  enabled: boolean,
  immutabilityPolicy: object({
    allowProtectedAppendWrites: boolean,
    immutabilityPeriodSinceCreationInDays: integer,
    state: string,
  }),
});

const networkRuleSet = object({
  bypass: string,
  defaultAction: required(string),
  ipRules: array(object({ action: string, iPAddressOrRange: required(renamed("value", string)) })),
  resourceAccessRules: array(object({ resourceId: string, tenantId: string })),
  virtualNetworkRules: array(
    object({ action: string, state: string, virtualNetworkResourceId: required(renamed("id", string)) }),
  ),
});

const routingPreference = object({
  publishInternetEndpoints: boolean,
  publishMicrosoftEndpoints: boolean,
  routingChoice: string,
});

const keyPolicy = object({ keyExpirationPeriodInDays: required(integer) });

const sasPolicy = object({ expirationAction: required(string), sasExpirationPeriod: required(string) });

const sku = object({ name: required(string) });

/** What a program may say, besides names and places; all of it is answered, too. */
const settings = {
  accessTier: string,
  allowBlobPublicAccess: boolean,
  allowCrossTenantReplication: boolean,
  allowSharedKeyAccess: boolean,
  allowedCopyScope: string,
  azureFilesIdentityBasedAuthentication,
  customDomain,
  defaultToOAuthAuthentication: boolean,
  dnsEndpointType: string,
  enableExtendedGroups: boolean,
  enableHttpsTrafficOnly: renamed("supportsHttpsTrafficOnly", boolean),
  enableNfsV3: renamed("isNfsV3Enabled", boolean),
  extendedLocation,
  immutableStorageWithVersioning: immutableStorageAccount,
  isHnsEnabled: boolean,
  isLocalUserEnabled: boolean,
  isSftpEnabled: boolean,
  keyPolicy,
  largeFileSharesState: string,
  minimumTlsVersion: string,
  networkRuleSet: renamed("networkAcls", networkRuleSet),
  publicNetworkAccess: string,
  routingPreference,
  sasPolicy,
};

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/storage/storageaccount/ */
export const storageAccount: ResourceDefinition = {
  token: "azure-native:storage:StorageAccount",
  apiVersion: "2024-01-01",
  armType: "Microsoft.Storage/storageAccounts",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts/{accountName}",
  autoName: { property: "accountName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "sku", "kind", "identity", "extendedLocation", "type", "name"],
  inputs: {
    ...settings,
    accountName: text({ minLength: 3, maxLength: 24, pattern: /^[a-z0-9]+$/ }),
    encryption,
    identity,
    kind: required(string),
    location: string,
    resourceGroupName: required(string),
    sku: required(sku),
    tags: map(string),
  },
  outputs: {
    ...settings,
    accountMigrationInProgress: boolean,
    azureApiVersion: string,
    blobRestoreStatus: object({
      failureReason: string,
      parameters: object({
        blobRanges: array(object({ endRange: string, startRange: string })),
        timeToRestore: string,
      }),
      restoreId: string,
      status: string,
    }),
    creationTime: string,
    encryption: encryptionResponse,
    failoverInProgress: boolean,
    geoReplicationStats,
    identity: extend(identity, {
      principalId: string,
      tenantId: string,
      userAssignedIdentities: map(userIdentityProperties),
    }),
    isSkuConversionBlocked: boolean,
    keyCreationTime: object({ key1: string, key2: string }),
    kind: string,
    lastGeoFailoverTime: string,
    location: string,
    name: string,
    primaryEndpoints: endpoints,
    primaryLocation: string,
    privateEndpointConnections: array(privateEndpointConnection),
    provisioningState: string,
    secondaryEndpoints: endpoints,
    secondaryLocation: string,
    sku: extend(sku, { tier: string }),
    statusOfPrimary: string,
    statusOfSecondary: string,
    storageAccountSkuConversionStatus: skuConversionStatus,
    tags: map(string),
    type: string,
  },
};
