import {
  array,
  boolean,
  extend,
  idSet,
  integer,
  map,
  number,
  object,
  type ResourceDefinition,
  required,
  string,
  text,
} from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const workspaceFeatures = object({
  clusterResourceId: string,
  disableLocalAuth: boolean,
  enableDataExport: boolean,
  enableLogAccessUsingOnlyResourcePermissions: boolean,
  immediatePurgeDataOn30Days: boolean,
});

const userIdentityProperties = object({ clientId: string, principalId: string });

const identity = object({ type: required(string), userAssignedIdentities: idSet(userIdentityProperties) });

const workspaceSku = object({ capacityReservationLevel: number, name: required(string) });

const workspaceCapping = object({ dailyQuotaGb: number });

const workspaceFeaturesResponse = extend(workspaceFeatures, { unifiedSentinelBillingOnly: boolean });

const identityResponse = extend(identity, {
  principalId: string,
  tenantId: string,
  userAssignedIdentities: map(userIdentityProperties),
});

const privateLinkScopedResource = object({ resourceId: string, scopeId: string });

const workspaceSkuResponse = extend(workspaceSku, { lastSkuUpdate: string });

const workspaceCappingResponse = extend(workspaceCapping, {
  dataIngestionStatus: string,
  quotaNextResetTime: string,
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/operationalinsights/workspace/ */
export const workspace: ResourceDefinition = {
  token: "azure-native:operationalinsights:Workspace",
  apiVersion: "2023-09-01",
  armType: "Microsoft.OperationalInsights/workspaces",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}",
  autoName: { property: "workspaceName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "identity", "etag", "systemData", "type", "name"],
  inputs: {
    defaultDataCollectionRuleResourceId: string,
    features: workspaceFeatures,
    forceCmkForQuery: boolean,
    identity,
    location: string,
    publicNetworkAccessForIngestion: string,
    publicNetworkAccessForQuery: string,
    resourceGroupName: required(string),
    retentionInDays: integer,
    sku: workspaceSku,
    tags: map(string),
    workspaceCapping,
    workspaceName: text({ minLength: 4, maxLength: 63, pattern: /^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$/ }),
  },
  outputs: {
    azureApiVersion: string,
    createdDate: string,
    customerId: string,
    defaultDataCollectionRuleResourceId: string,
    etag: string,
    features: workspaceFeaturesResponse,
    forceCmkForQuery: boolean,
    identity: identityResponse,
    location: string,
    modifiedDate: string,
    name: string,
    privateLinkScopedResources: array(privateLinkScopedResource),
    provisioningState: string,
    publicNetworkAccessForIngestion: string,
    publicNetworkAccessForQuery: string,
    retentionInDays: integer,
    sku: workspaceSkuResponse,
    systemData,
    tags: map(string),
    type: string,
    workspaceCapping: workspaceCappingResponse,
  },
};
