import { map, type ResourceDefinition, required, string } from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/managedidentity/userassignedidentity/ */
export const userAssignedIdentity: ResourceDefinition = {
  token: "azure-native:managedidentity:UserAssignedIdentity",
  apiVersion: "2023-01-31",
  armType: "Microsoft.ManagedIdentity/userAssignedIdentities",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
  autoName: { property: "resourceName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "systemData", "type", "name"],
  inputs: { location: string, resourceGroupName: required(string), resourceName: string, tags: map(string) },
  outputs: {
    azureApiVersion: string,
    clientId: string,
    location: string,
    name: string,
    principalId: string,
    systemData,
    tags: map(string),
    tenantId: string,
    type: string,
  },
};
