import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { ArmResource } from "../../arm/state.ts";
import { recordMetric } from "../../events/metrics.ts";
import { isoSeconds } from "../../iso-time.ts";
import { type CustomEventTelemetry, logCustomEvent, logMetric } from "../../logs/telemetry-log.ts";
import type { State } from "../../state.ts";
import { type FaceAnswer, type FaceRequest, headerOf, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";

/** A telemetry item, as far as the sandbox reads it. Its own time is the sender's clock, which says nothing here. */
const envelope = z.object({
  iKey: z.string(),
  tags: z.record(z.string(), z.unknown()).nullish(),
  data: z.object({ baseType: z.string(), baseData: z.unknown() }),
});

const metricData = z.object({
  metrics: z.array(
    z.object({
      name: z.string(),
      ns: z.string().nullish(),
      value: z.number(),
      count: z.number().nullish(),
      min: z.number().nullish(),
      max: z.number().nullish(),
    }),
  ),
  properties: z.record(z.string(), z.string()).nullish(),
});

const eventData = z.object({
  name: z.string(),
  properties: z.record(z.string(), z.string()).nullish(),
  measurements: z.record(z.string(), z.number()).nullish(),
});

/** How many custom events are remembered. */
const EVENTS_KEPT = 1000;

/** Metrics of an application that name no namespace are found under this one. */
const CUSTOM_NAMESPACE = "azure.applicationinsights";

type Services = Pick<FaceServices, "store" | "clock">;
type ItemError = { index: number; statusCode: number; message: string };

/** What Azure Monitor's exporters post to the `IngestionEndpoint` of a connection string. */
export const track: Operation = {
  name: "ingestion.track",
  method: "POST",
  path: "/v2.1/track",
  documentation: "https://learn.microsoft.com/azure/azure-monitor/app/connection-strings",
  handle: take,
};

/** The same for older clients. */
export const trackLegacy: Operation = { ...track, name: "ingestion.trackLegacy", path: "/v2/track" };

/**
 * Takes metrics and custom events in, at the sandbox's present. Other telemetry is refused item by item, with its name: the
 * sandbox has nowhere to keep it.
 */
async function take(request: FaceRequest, { store, clock }: Services): Promise<FaceAnswer> {
  const items = itemsOf(request);
  if (items === undefined)
    return summary(0, [{ index: 0, statusCode: 400, message: "The body is no telemetry." }]);
  const nowMs = clock.nowMs();
  const errors = await store.update((draft) =>
    items.flatMap((item, index) => {
      const problem = takeItem(draft, item, nowMs);
      return problem === undefined ? [] : [{ index, ...problem }];
    }),
  );
  return summary(items.length, errors);
}

function summary(itemsReceived: number, errors: ItemError[]): FaceAnswer {
  const itemsAccepted = Math.max(0, itemsReceived - errors.length);
  const status = errors.length === 0 ? 200 : itemsReceived === 0 ? 400 : 206;
  return jsonAnswer(status, { itemsReceived, itemsAccepted, errors });
}

/** A JSON array, one item, or an item on each line; perhaps compressed. */
function itemsOf(request: FaceRequest): unknown[] | undefined {
  try {
    const gzip = headerOf(request, "content-encoding") === "gzip";
    const text = (gzip ? gunzipSync(request.body) : request.body).toString("utf8").trim();
    if (text.startsWith("[")) return JSON.parse(text) as unknown[];
    return text.split("\n").map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

function takeItem(draft: State, item: unknown, nowMs: number): Omit<ItemError, "index"> | undefined {
  const form = envelope.safeParse(item);
  if (!form.success) return { statusCode: 400, message: "not a telemetry item" };
  const { iKey, data, tags } = form.data;
  const component = Object.values(draft.arm.resources).find(
    ({ type, properties }) =>
      type === "Microsoft.Insights/components" && properties.InstrumentationKey === iKey,
  );
  if (component === undefined) return { statusCode: 400, message: "Invalid instrumentation key" };
  const sender = {
    nowMs,
    roleName: textIn(tags, "ai.cloud.role"),
    roleInstance: textIn(tags, "ai.cloud.roleInstance"),
    sdkVersion: textIn(tags, "ai.internal.sdkVersion"),
  };
  if (data.baseType === "EventData") return takeEvent(draft, component, data.baseData, sender);
  if (data.baseType !== "MetricData") {
    return {
      statusCode: 501,
      message: `the sandbox keeps metrics and custom events, and no ${data.baseType}`,
    };
  }
  const measured = metricData.safeParse(data.baseData);
  if (!measured.success) return { statusCode: 400, message: "not metric data" };
  const properties = measured.data.properties ?? {};
  for (const { name, ns, value, count, min, max } of measured.data.metrics) {
    const values = { sum: value, min: min ?? value, max: max ?? value, count: count ?? 1 };
    logMetric(draft, component, { ...sender, name, properties, ...values });
    recordMetric(draft.events, {
      resourceId: component.id,
      namespace: ns || CUSTOM_NAMESPACE,
      name,
      dimensions: properties,
      value,
      count: count ?? 1,
      ...(min != null && max != null && { min, max }),
      atMs: nowMs,
    });
  }
  return undefined;
}

/** What an item says of its sender; empty where it says nothing. */
function textIn(tags: Readonly<Record<string, unknown>> | null | undefined, name: string): string {
  const text = tags?.[name];
  return typeof text === "string" ? text : "";
}

function takeEvent(
  draft: State,
  component: ArmResource,
  data: unknown,
  sender: Omit<CustomEventTelemetry, "name" | "properties" | "measurements">,
): Omit<ItemError, "index"> | undefined {
  const form = eventData.safeParse(data);
  if (!form.success) return { statusCode: 400, message: "not event data" };
  const { name, properties, measurements } = form.data;
  const event = { ...sender, name, properties: properties ?? {}, measurements: measurements ?? {} };
  logCustomEvent(draft, component, event);
  const { customEvents } = draft.events;
  const when = isoSeconds(sender.nowMs);
  customEvents.push({ resourceId: component.id, when, name, properties: event.properties });
  if (customEvents.length > EVENTS_KEPT) customEvents.shift();
  return undefined;
}
