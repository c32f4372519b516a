import { resourceKey } from "../arm/resource-id.ts";
import { ProviderError } from "../providers/provider.ts";
import type { CallObserver, ProviderCall } from "../providers/serve.ts";
import type { State } from "../state.ts";
import type { Timeline } from "../timeline/timeline.ts";
import type { WatchedStore } from "./watched-store.ts";

const SUBSCRIPTION_TYPES = [
  "azure-native:eventgrid:EventSubscription",
  "azure-native:eventgrid:SystemTopicEventSubscription",
];

/**
 * Lets the making of an Event Grid subscription wait for its webhook's consent, and fail without it, as
 * Azure does: there is no subscription to a webhook that refused the handshake.
 * @see https://learn.microsoft.com/azure/event-grid/troubleshoot-subscription-validation
 */
export function withWebhookConsent(
  observer: CallObserver,
  { store, timeline }: { store: WatchedStore; timeline: Timeline },
): CallObserver {
  return (call, run) =>
    observer(call, async () => {
      if (!writesSubscription(call)) return run();
      const before = refusedWebhooks(store.state);
      const answer = await run();
      await timeline.settled();
      // The answer to a creation carries the id; an update is that of whichever has been refused since.
      const created = (answer as { getId?(): string }).getId?.();
      const refused = [...refusedWebhooks(store.state)].filter(([key]) =>
        created === undefined ? !before.has(key) : key === resourceKey(created),
      );
      const [first] = refused;
      if (first === undefined) return answer;
      const [key, url] = first;
      if (created !== undefined) {
        await store.update((draft) => {
          delete draft.arm.resources[key];
        });
      }
      throw new ProviderError(
        "UNKNOWN",
        `Code="Url validation" Message="The attempt to validate the provided endpoint ${url} failed. For more details, visit https://aka.ms/esvalidation."`,
      );
    });
}

function writesSubscription({ method, type, preview }: ProviderCall): boolean {
  return !preview && (method === "create" || method === "update") && SUBSCRIPTION_TYPES.includes(type);
}

/** Subscriptions whose webhook said no, by resource key, with the webhook's address as Azure shows it. */
function refusedWebhooks({ events }: State): Map<string, string> {
  return new Map(
    Object.entries(events.subscriptions).flatMap(([key, { endpoint }]) =>
      endpoint === null || endpoint.wanted ? [] : [[key, endpoint.url.replace(/\?.*$/s, "")]],
    ),
  );
}
