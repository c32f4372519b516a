import { z } from "zod";
import { resourceKey } from "../arm/resource-id.ts";
import type { ArmResource, ArmState } from "../arm/state.ts";
import type { State } from "../state.ts";
import { type EventFilter, eventFilter } from "./event-filter.ts";

export const SYSTEM_TOPIC_SUBSCRIPTION_TYPE = "Microsoft.EventGrid/systemTopics/eventSubscriptions";
export const EXTENSION_SUBSCRIPTION_TYPE = "Microsoft.EventGrid/eventSubscriptions";

/** An Event Grid subscription to a vault's events, as it was declared. */
export interface EventSubscription {
  /** The resource's key in the state. */
  key: string;
  name: string;
  /** Key of the vault's resource. */
  vaultKey: string;
  filter: EventFilter;
  schema: string;
  destination: EventDestination;
  /** No events after this moment; milliseconds since 1970. */
  expiresMs: number | null;
  maxDeliveryAttempts: number;
  timeToLiveMs: number;
}

export type EventDestination =
  | { kind: "alert"; severity: string; actionGroups: string[]; description: string }
  | { kind: "webhook"; url: string }
  /** A service that the sandbox does not have. */
  | { kind: "elsewhere"; endpointType: string; resourceId: string };

const subscriptionForm = z.object({
  filter: eventFilter.nullish(),
  eventDeliverySchema: z.string().nullish(),
  expirationTimeUtc: z.string().nullish(),
  retryPolicy: z
    .object({ maxDeliveryAttempts: z.number().nullish(), eventTimeToLiveInMinutes: z.number().nullish() })
    .nullish(),
  destination: destinationForm().nullish(),
  deliveryWithResourceIdentity: z.object({ destination: destinationForm().nullish() }).nullish(),
});

function destinationForm() {
  return z.object({
    endpointType: z.string(),
    properties: z
      .object({
        severity: z.string().nullish(),
        actionGroups: z.array(z.string()).nullish(),
        description: z.string().nullish(),
        resourceId: z.string().nullish(),
      })
      .nullish(),
  });
}

/** By the resources that they were read from, which never change. */
const known = new WeakMap<ArmState["resources"], EventSubscription[]>();

/** Every subscription to the events of a vault. For a state, not for a draft of one. */
export function eventSubscriptions(state: State): EventSubscription[] {
  const { resources } = state.arm;
  const found = known.get(resources) ?? readSubscriptions(state);
  known.set(resources, found);
  return found;
}

function readSubscriptions(state: State): EventSubscription[] {
  return Object.values(state.arm.resources).flatMap((resource) => {
    const source = sourceOf(state, resource);
    const vaultKey = source === undefined ? undefined : resourceKey(source);
    return vaultKey === undefined ? [] : [subscriptionOf(resource, vaultKey)];
  });
}

/** The resource id of what a subscription's events come from; undefined if it is no subscription. */
function sourceOf(state: State, { type, id }: ArmResource): string | undefined {
  if (type === SYSTEM_TOPIC_SUBSCRIPTION_TYPE) {
    const topic = state.arm.resources[resourceKey(id.replace(/\/eventSubscriptions\/[^/]+$/i, ""))];
    const source = topic?.properties.source;
    return typeof source === "string" ? source : undefined;
  }
  if (type === EXTENSION_SUBSCRIPTION_TYPE) {
    return id.replace(/\/providers\/Microsoft\.EventGrid\/eventSubscriptions\/[^/]+$/i, "");
  }
  return undefined;
}

/** Event Grid's own limits, which are also its defaults. */
const ATTEMPTS_DEFAULT = 30;
const TIME_TO_LIVE_DEFAULT_MINUTES = 1440;

function subscriptionOf(resource: ArmResource, vaultKey: string): EventSubscription {
  const form = subscriptionForm.parse(resource.properties);
  const expiresMs = Date.parse(form.expirationTimeUtc ?? "");
  return {
    key: resourceKey(resource.id),
    name: resource.name,
    vaultKey,
    filter: form.filter ?? {},
    schema: form.eventDeliverySchema ?? "EventGridSchema",
    destination: destinationOf(
      form.destination ?? form.deliveryWithResourceIdentity?.destination,
      String(resource.hidden.endpointUrl ?? ""),
    ),
    expiresMs: Number.isNaN(expiresMs) ? null : expiresMs,
    maxDeliveryAttempts: form.retryPolicy?.maxDeliveryAttempts ?? ATTEMPTS_DEFAULT,
    timeToLiveMs: (form.retryPolicy?.eventTimeToLiveInMinutes ?? TIME_TO_LIVE_DEFAULT_MINUTES) * 60_000,
  };
}

function destinationOf(
  destination: z.output<ReturnType<typeof destinationForm>> | null | undefined,
  /** A webhook's whole address, which the service never returns. */
  endpointUrl: string,
): EventDestination {
  const properties = destination?.properties ?? {};
  switch (destination?.endpointType) {
    case "MonitorAlert":
      return {
        kind: "alert",
        severity: properties.severity ?? "Sev3",
        actionGroups: properties.actionGroups ?? [],
        description: properties.description ?? "",
      };
    case "WebHook":
      return { kind: "webhook", url: endpointUrl };
    default:
      return {
        kind: "elsewhere",
        endpointType: destination?.endpointType ?? "none",
        resourceId: properties.resourceId ?? "",
      };
  }
}
