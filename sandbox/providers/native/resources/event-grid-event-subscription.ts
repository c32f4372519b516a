import { type ResourceDefinition, required, string } from "../schema.ts";
import { eventSubscriptionInputs, eventSubscriptionOutputs } from "../shapes/event-subscription.ts";

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/eventgrid/eventsubscription/ */
export const eventSubscription: ResourceDefinition = {
  token: "azure-native:eventgrid:EventSubscription",
  apiVersion: "2025-02-15",
  armType: "Microsoft.EventGrid/eventSubscriptions",
  path: "/{scope}/providers/Microsoft.EventGrid/eventSubscriptions/{eventSubscriptionName}",
  autoName: { property: "eventSubscriptionName", kind: "random" },
  forceNew: [],
  flattenExcept: ["systemData", "type", "name"],
  inputs: { ...eventSubscriptionInputs, eventSubscriptionName: string, scope: required(string) },
  outputs: eventSubscriptionOutputs,
};
