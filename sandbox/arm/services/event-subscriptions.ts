import { badRequest } from "../errors.ts";
import { resourceKey } from "../resource-id.ts";
import type { ResourceWrite, StoredType, Written } from "../resource-types.ts";

interface Destination {
  endpointType: string;
  properties?: Record<string, unknown>;
}

interface SubscriptionProperties {
  destination?: Destination;
  eventDeliverySchema?: string;
  filter?: Record<string, unknown>;
  retryPolicy?: Record<string, unknown>;
  [property: string]: unknown;
}

const SCHEMAS = ["EventGridSchema", "CustomInputSchema", "CloudEventSchemaV1_0"];
const MOST_FILTERS = 25;

/** On any resource that has events. https://learn.microsoft.com/rest/api/eventgrid/controlplane/event-subscriptions */
export const eventSubscriptions: StoredType = {
  kind: "stored",
  type: "Microsoft.EventGrid/eventSubscriptions",
  extension: true,
  systemData: true,
  write: (write) => subscription(write, write.id.scope),
};

/** Of a system topic. https://learn.microsoft.com/rest/api/eventgrid/controlplane/system-topic-event-subscriptions */
export const systemTopicEventSubscriptions: StoredType = {
  kind: "stored",
  type: "Microsoft.EventGrid/systemTopics/eventSubscriptions",
  systemData: true,
  write: (write) => subscription(write, write.id.parent ?? ""),
};

/**
 * The address of a webhook is not returned with its subscription, since it may hold a key: it is kept in the
 * resource's `hidden` as `endpointUrl`.
 */
function subscription({ draft, body }: ResourceWrite, topicId: string): Written {
  const sent = (body.properties ?? {}) as SubscriptionProperties;
  const violations = [...violationsOf(sent)];
  if (violations.length > 0) throw badRequest(violations.join(" "), "InvalidRequest");
  const { destination, endpointUrl } = withoutAddress(sent.destination);
  const topic = draft.arm.resources[resourceKey(topicId)];
  return {
    properties: {
      ...sent,
      destination,
      topic: topic?.properties.source ?? topic?.id ?? topicId,
      eventDeliverySchema: sent.eventDeliverySchema ?? "EventGridSchema",
      filter: { subjectBeginsWith: "", subjectEndsWith: "", ...sent.filter },
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440, ...sent.retryPolicy },
      provisioningState: "Succeeded",
    },
    hidden: endpointUrl === undefined ? {} : { endpointUrl },
  };
}

function withoutAddress(destination: Destination | undefined) {
  if (destination?.endpointType !== "WebHook") return { destination, endpointUrl: undefined };
  const { endpointUrl, ...rest } = destination.properties ?? {};
  const endpointBaseUrl = String(endpointUrl).split("?")[0];
  return { destination: { ...destination, properties: { ...rest, endpointBaseUrl } }, endpointUrl };
}

function* violationsOf({
  destination,
  deliveryWithResourceIdentity,
  eventDeliverySchema = "EventGridSchema",
  filter,
}: SubscriptionProperties): Generator<string> {
  if (destination === undefined && deliveryWithResourceIdentity === undefined) {
    yield "An event subscription has a destination.";
  }
  if (!SCHEMAS.includes(eventDeliverySchema)) {
    yield `The event delivery schema is ${eventDeliverySchema}; allowed are ${SCHEMAS.join(", ")}.`;
  }
  if (destination?.endpointType === "MonitorAlert" && eventDeliverySchema !== "CloudEventSchemaV1_0") {
    yield "A MonitorAlert destination needs the event delivery schema CloudEventSchemaV1_0.";
  }
  if (destination?.endpointType === "WebHook" && !URL.canParse(String(destination.properties?.endpointUrl))) {
    yield "A WebHook destination has an endpointUrl.";
  }
  if (((filter?.advancedFilters as unknown[] | undefined)?.length ?? 0) > MOST_FILTERS) {
    yield `A filter has at most ${MOST_FILTERS} advanced filters.`;
  }
}
