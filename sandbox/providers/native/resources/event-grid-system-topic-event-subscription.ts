import { type ResourceDefinition, required, string } from "../schema.ts";
import { eventSubscriptionInputs, eventSubscriptionOutputs } from "../shapes/event-subscription.ts";

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/eventgrid/systemtopiceventsubscription/ */
export const systemTopicEventSubscription: ResourceDefinition = {
  token: "azure-native:eventgrid:SystemTopicEventSubscription",
  apiVersion: "2025-02-15",
  armType: "Microsoft.EventGrid/systemTopics/eventSubscriptions",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.EventGrid/systemTopics/{systemTopicName}/eventSubscriptions/{eventSubscriptionName}",
  autoName: { property: "eventSubscriptionName", kind: "copy" },
  forceNew: [],
  flattenExcept: ["systemData", "type", "name"],
  inputs: {
    ...eventSubscriptionInputs,
    eventSubscriptionName: string,
    resourceGroupName: required(string),
    systemTopicName: required(string),
  },
  outputs: eventSubscriptionOutputs,
};
