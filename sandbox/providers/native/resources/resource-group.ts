import { map, object, type ResourceDefinition, string, text } from "../schema.ts";

const resourceGroupProperties = object({ provisioningState: string });

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/resources/resourcegroup/ */
export const resourceGroup: ResourceDefinition = {
  token: "azure-native:resources:ResourceGroup",
  apiVersion: "2024-03-01",
  armType: "Microsoft.Resources/resourceGroups",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
  autoName: { property: "resourceGroupName", kind: "random" },
  forceNew: ["location"],
  inputs: {
    location: string,
    managedBy: string,
    resourceGroupName: text({ minLength: 1, maxLength: 90 }),
    tags: map(string),
  },
  outputs: {
    azureApiVersion: string,
    location: string,
    managedBy: string,
    name: string,
    properties: resourceGroupProperties,
    tags: map(string),
    type: string,
  },
};
