import { extend, idSet, map, object, type ResourceDefinition, required, string } from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const userAssignedIdentity = object({ clientId: string, principalId: string });

const workbookResourceIdentity = object({
  type: required(string),
  userAssignedIdentities: idSet(userAssignedIdentity),
});

const workbookResourceIdentityResponse = extend(workbookResourceIdentity, {
  principalId: string,
  tenantId: string,
  userAssignedIdentities: map(userAssignedIdentity),
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/applicationinsights/workbook/ */
export const workbook: ResourceDefinition = {
  token: "azure-native:applicationinsights:Workbook",
  apiVersion: "2023-06-01",
  armType: "Microsoft.Insights/workbooks",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Insights/workbooks/{resourceName}",
  autoName: { property: "resourceName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "kind", "identity", "etag", "systemData", "type", "name"],
  inputs: {
    category: required(string),
    description: string,
    displayName: required(string),
    identity: workbookResourceIdentity,
    kind: string,
    location: string,
    resourceGroupName: required(string),
    resourceName: string,
    serializedData: required(string),
    sourceId: string,
    storageUri: string,
    tags: map(string),
    version: string,
  },
  outputs: {
    azureApiVersion: string,
    category: string,
    description: string,
    displayName: string,
    etag: string,
    identity: workbookResourceIdentityResponse,
    kind: string,
    location: string,
    name: string,
    revision: string,
    serializedData: string,
    sourceId: string,
    storageUri: string,
    systemData,
    tags: map(string),
    timeModified: string,
    type: string,
    userId: string,
    version: string,
  },
};
