import { map, object, type ResourceDefinition, required, string } from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const userIdentityProperties = object({ clientId: string, principalId: string });

const identityInfo = object({
  principalId: string,
  tenantId: string,
  type: string,
  userAssignedIdentities: map(userIdentityProperties),
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/eventgrid/systemtopic/ */
export const systemTopic: ResourceDefinition = {
  token: "azure-native:eventgrid:SystemTopic",
  apiVersion: "2025-02-15",
  armType: "Microsoft.EventGrid/systemTopics",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.EventGrid/systemTopics/{systemTopicName}",
  autoName: { property: "systemTopicName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "identity", "systemData", "type", "name"],
  inputs: {
    identity: identityInfo,
    location: string,
    resourceGroupName: required(string),
    source: string,
    systemTopicName: string,
    tags: map(string),
    topicType: string,
  },
  outputs: {
    azureApiVersion: string,
    identity: identityInfo,
    location: string,
    metricResourceId: string,
    name: string,
    provisioningState: string,
    source: string,
    systemData,
    tags: map(string),
    topicType: string,
    type: string,
  },
};
