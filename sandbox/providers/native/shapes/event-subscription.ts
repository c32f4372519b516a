import {
  array,
  boolean,
  constant,
  extend,
  type Fields,
  integer,
  number,
  object,
  string,
  union,
  withDefault,
} from "../schema.ts";
import { systemData } from "./system-data.ts";

const storageBlobDeadLetterDestination = object(
  { blobContainerName: string, endpointType: constant("StorageBlob"), resourceId: string },
  { flattenExcept: ["endpointType"] },
);

const eventSubscriptionIdentity = object({ type: string, userAssignedIdentity: string });

const deadLetterWithResourceIdentity = object({
  deadLetterDestination: storageBlobDeadLetterDestination,
  identity: eventSubscriptionIdentity,
});

const dynamicDeliveryAttributeMapping = object(
  { name: string, sourceField: string, type: constant("Dynamic") },
  { flattenExcept: ["name", "type"] },
);

const staticDeliveryAttributeMapping = object(
  { isSecret: boolean, name: string, type: constant("Static"), value: string },
  { flattenExcept: ["name", "type"] },
);

const deliveryAttributeMappings = array(
  union("type", [dynamicDeliveryAttributeMapping, staticDeliveryAttributeMapping]),
);

const azureFunctionEventSubscriptionDestination = object(
  {
    deliveryAttributeMappings,
    endpointType: constant("AzureFunction"),
    maxEventsPerBatch: number,
    preferredBatchSizeInKilobytes: number,
    resourceId: string,
  },
  { flattenExcept: ["endpointType"] },
);

const eventHubEventSubscriptionDestination = object(
  {
    deliveryAttributeMappings,
    endpointType: constant("EventHub"),
    resourceId: string,
  },
  { flattenExcept: ["endpointType"] },
);

const hybridConnectionEventSubscriptionDestination = object(
  {
    deliveryAttributeMappings,
    endpointType: constant("HybridConnection"),
    resourceId: string,
  },
  { flattenExcept: ["endpointType"] },
);

const monitorAlertEventSubscriptionDestination = object(
  {
    actionGroups: array(string),
    description: string,
    endpointType: constant("MonitorAlert"),
    severity: string,
  },
  { flattenExcept: ["endpointType"] },
);

const namespaceTopicEventSubscriptionDestination = object(
  { endpointType: constant("NamespaceTopic"), resourceId: string },
  { flattenExcept: ["endpointType"] },
);

const serviceBusQueueEventSubscriptionDestination = object(
  {
    deliveryAttributeMappings,
    endpointType: constant("ServiceBusQueue"),
    resourceId: string,
  },
  { flattenExcept: ["endpointType"] },
);

const serviceBusTopicEventSubscriptionDestination = object(
  {
    deliveryAttributeMappings,
    endpointType: constant("ServiceBusTopic"),
    resourceId: string,
  },
  { flattenExcept: ["endpointType"] },
);

const storageQueueEventSubscriptionDestination = object(
  {
    endpointType: constant("StorageQueue"),
    queueMessageTimeToLiveInSeconds: number,
    queueName: string,
    resourceId: string,
  },
  { flattenExcept: ["endpointType"] },
);

/** Every destination but the webhook, which answers more than it was given. */
const destinations = [
  azureFunctionEventSubscriptionDestination,
  eventHubEventSubscriptionDestination,
  hybridConnectionEventSubscriptionDestination,
  monitorAlertEventSubscriptionDestination,
  namespaceTopicEventSubscriptionDestination,
  serviceBusQueueEventSubscriptionDestination,
  serviceBusTopicEventSubscriptionDestination,
  storageQueueEventSubscriptionDestination,
];

const webHookEventSubscriptionDestination = object(
  {
    azureActiveDirectoryApplicationIdOrUri: string,
    azureActiveDirectoryTenantId: string,
    deliveryAttributeMappings,
    endpointType: constant("WebHook"),
    endpointUrl: string,
    maxEventsPerBatch: number,
    minimumTlsVersionAllowed: string,
    preferredBatchSizeInKilobytes: number,
  },
  { flattenExcept: ["endpointType"] },
);

const deliveryWithResourceIdentity = object({
  destination: union("endpointType", [...destinations, webHookEventSubscriptionDestination]),
  identity: eventSubscriptionIdentity,
});

const boolEqualsAdvancedFilter = object({
  key: string,
  operatorType: constant("BoolEquals"),
  value: boolean,
});

const isNotNullAdvancedFilter = object({ key: string, operatorType: constant("IsNotNull") });

const isNullOrUndefinedAdvancedFilter = object({ key: string, operatorType: constant("IsNullOrUndefined") });

const numberGreaterThanAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberGreaterThan"),
  value: number,
});

const numberGreaterThanOrEqualsAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberGreaterThanOrEquals"),
  value: number,
});

const numberInAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberIn"),
  values: array(number),
});

const numberInRangeAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberInRange"),
  values: array(array(number)),
});

const numberLessThanAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberLessThan"),
  value: number,
});

const numberLessThanOrEqualsAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberLessThanOrEquals"),
  value: number,
});

const numberNotInAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberNotIn"),
  values: array(number),
});

const numberNotInRangeAdvancedFilter = object({
  key: string,
  operatorType: constant("NumberNotInRange"),
  values: array(array(number)),
});

const stringBeginsWithAdvancedFilter = object({
  key: string,
  operatorType: constant("StringBeginsWith"),
  values: array(string),
});

const stringContainsAdvancedFilter = object({
  key: string,
  operatorType: constant("StringContains"),
  values: array(string),
});

const stringEndsWithAdvancedFilter = object({
  key: string,
  operatorType: constant("StringEndsWith"),
  values: array(string),
});

const stringInAdvancedFilter = object({
  key: string,
  operatorType: constant("StringIn"),
  values: array(string),
});

const stringNotBeginsWithAdvancedFilter = object({
  key: string,
  operatorType: constant("StringNotBeginsWith"),
  values: array(string),
});

const stringNotContainsAdvancedFilter = object({
  key: string,
  operatorType: constant("StringNotContains"),
  values: array(string),
});

const stringNotEndsWithAdvancedFilter = object({
  key: string,
  operatorType: constant("StringNotEndsWith"),
  values: array(string),
});

const stringNotInAdvancedFilter = object({
  key: string,
  operatorType: constant("StringNotIn"),
  values: array(string),
});

const eventSubscriptionFilter = object({
  advancedFilters: array(
    union("operatorType", [
      boolEqualsAdvancedFilter,
      isNotNullAdvancedFilter,
      isNullOrUndefinedAdvancedFilter,
      numberGreaterThanAdvancedFilter,
      numberGreaterThanOrEqualsAdvancedFilter,
      numberInAdvancedFilter,
      numberInRangeAdvancedFilter,
      numberLessThanAdvancedFilter,
      numberLessThanOrEqualsAdvancedFilter,
      numberNotInAdvancedFilter,
      numberNotInRangeAdvancedFilter,
      stringBeginsWithAdvancedFilter,
      stringContainsAdvancedFilter,
      stringEndsWithAdvancedFilter,
      stringInAdvancedFilter,
      stringNotBeginsWithAdvancedFilter,
      stringNotContainsAdvancedFilter,
      stringNotEndsWithAdvancedFilter,
      stringNotInAdvancedFilter,
    ]),
  ),
  enableAdvancedFilteringOnArrays: boolean,
  includedEventTypes: array(string),
  isSubjectCaseSensitive: boolean,
  subjectBeginsWith: string,
  subjectEndsWith: string,
});

const retryPolicy = object({ eventTimeToLiveInMinutes: integer, maxDeliveryAttempts: integer });

const webHookEventSubscriptionDestinationResponse = extend(webHookEventSubscriptionDestination, {
  endpointBaseUrl: string,
});

const deliveryWithResourceIdentityResponse = extend(deliveryWithResourceIdentity, {
  destination: union("endpointType", [...destinations, webHookEventSubscriptionDestinationResponse]),
});

/** What every kind of event subscription takes besides its path. */
export const eventSubscriptionInputs: Fields = {
  deadLetterDestination: storageBlobDeadLetterDestination,
  deadLetterWithResourceIdentity,
  deliveryWithResourceIdentity,
  destination: union("endpointType", [...destinations, webHookEventSubscriptionDestination]),
  eventDeliverySchema: withDefault("EventGridSchema", string),
  expirationTimeUtc: string,
  filter: eventSubscriptionFilter,
  labels: array(string),
  retryPolicy,
};

/** What every kind of event subscription answers. */
export const eventSubscriptionOutputs: Fields = {
  azureApiVersion: string,
  deadLetterDestination: storageBlobDeadLetterDestination,
  deadLetterWithResourceIdentity,
  deliveryWithResourceIdentity: deliveryWithResourceIdentityResponse,
  destination: union("endpointType", [...destinations, webHookEventSubscriptionDestinationResponse]),
  eventDeliverySchema: string,
  expirationTimeUtc: string,
  filter: eventSubscriptionFilter,
  labels: array(string),
  name: string,
  provisioningState: string,
  retryPolicy,
  systemData,
  topic: string,
  type: string,
};
