import type { State } from "../state.ts";
import { type EventSubscription, eventSubscriptions } from "./event-subscription.ts";
import type { PendingDelivery } from "./state.ts";
import { isOnThisMachine } from "./webhook-delivery.ts";

/** Posts whose time has come, oldest first. */
export function dueDeliveries({ events, clock }: State): PendingDelivery[] {
  return events.deliveries
    .filter(({ dueMs }) => dueMs <= clock.nowMs)
    .sort((a, b) => a.dueMs - b.dueMs || a.outboxId - b.outboxId);
}

/** Webhooks on this machine that nobody has asked yet whether they want the events. */
export function unaskedWebhooks(state: State): { subscription: EventSubscription; url: string }[] {
  return eventSubscriptions(state).flatMap((subscription) => {
    const { key, destination } = subscription;
    const memory = state.events.subscriptions[key];
    return memory !== undefined &&
      destination.kind === "webhook" &&
      memory.endpoint?.url !== destination.url &&
      isOnThisMachine(destination.url)
      ? [{ subscription, url: destination.url }]
      : [];
  });
}

export function isSomethingToPost(state: State): boolean {
  return dueDeliveries(state).length > 0 || unaskedWebhooks(state).length > 0;
}
