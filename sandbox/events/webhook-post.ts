import type { EventSubscription } from "./event-subscription.ts";
import type { PendingDelivery } from "./state.ts";
import type { AttemptResult } from "./webhook-delivery.ts";

/** Real time: how long a webhook on this machine may take to answer. */
const TIMEOUT_MS = 10_000;
const EVENT_GRID_ORIGIN = "eventgrid.azure.net";

/** Posts what is due to a webhook on this machine, once. Never throws. */
export function postDelivery(delivery: PendingDelivery): Promise<AttemptResult> {
  const headers: Record<string, string> = { "content-type": delivery.contentType };
  if (delivery.service === "event-grid") {
    headers["aeg-event-type"] = "Notification";
    headers["aeg-delivery-count"] = String(delivery.attempts);
    headers["aeg-subscription-name"] = delivery.subscription?.split("/").at(-1)?.toUpperCase() ?? "";
  }
  return attempt(delivery.url, { method: "POST", headers, body: delivery.body }, async ({ status }) => ({
    status,
  }));
}

/**
 * Asks a webhook whether it wants a subscription's events.
 * @returns undefined if it does, else why it is taken not to
 * @see https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
 */
export async function askWebhook(
  { name, schema, key }: Pick<EventSubscription, "name" | "schema" | "key">,
  url: string,
  { validationCode, time }: { validationCode: string; time: string },
): Promise<string | undefined> {
  if (schema === "CloudEventSchemaV1_0") {
    const headers = {
      "webhook-request-origin": EVENT_GRID_ORIGIN,
      "aeg-subscription-name": name.toUpperCase(),
    };
    return reasonOf(
      await attempt(url, { method: "OPTIONS", headers }, async (response) => {
        const allowed = response.headers.get("webhook-allowed-origin");
        if (response.ok && (allowed === "*" || allowed === EVENT_GRID_ORIGIN))
          return { status: response.status };
        return { failure: `HTTP ${response.status}, WebHook-Allowed-Origin: ${allowed ?? "none"}` };
      }),
    );
  }
  const validation = {
    id: validationCode,
    topic: key,
    subject: "",
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    eventTime: time,
    data: { validationCode },
    dataVersion: "2",
    metadataVersion: "1",
  };
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "aeg-event-type": "SubscriptionValidation",
  };
  const body = JSON.stringify([validation]);
  return reasonOf(
    await attempt(url, { method: "POST", headers, body }, async (response) => {
      const answer = (await response.json().catch(() => undefined)) as
        | { validationResponse?: unknown }
        | undefined;
      if (response.status === 200 && answer?.validationResponse === validationCode) return { status: 200 };
      return { failure: `HTTP ${response.status} without the validation code` };
    }),
  );
}

function reasonOf(result: AttemptResult): string | undefined {
  return "failure" in result ? result.failure : undefined;
}

async function attempt(
  url: string,
  request: { method: string; headers: Record<string, string>; body?: string },
  judge: (response: Response) => Promise<AttemptResult>,
): Promise<AttemptResult> {
  try {
    // A redirect could lead off this machine.
    const response = await fetch(url, {
      ...request,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const result = await judge(response);
    await response.body?.cancel().catch(() => {}); // already read, or of no interest
    return result;
  } catch (error) {
    const { cause, name, message } = error as Error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    return { failure: code ?? (name === "TimeoutError" ? "no answer in time" : message) };
  }
}
