import { resourceKey } from "../arm/resource-id.ts";
import type { EventsState, MetricMinute, MetricSeries } from "./state.ts";

export interface MetricSample {
  /** What was measured. */
  resourceId: string;
  /** E.g. `Microsoft.KeyVault/vaults`; null: none given. */
  namespace: string | null;
  name: string;
  dimensions: Record<string, string>;
  /** The value, or the sum of `count` values. */
  value: number;
  /** Default: 1. */
  count?: number;
  /** The least and the greatest of `count` values. Default: their average. */
  min?: number;
  max?: number;
  /** Milliseconds since 1970. */
  atMs: number;
}

export const MINUTE_MS = 60_000;

/** How far back the longest window of an alert rule reaches, with room to spare. */
const KEPT_MS = 2 * 24 * 60 * MINUTE_MS;

/** Takes a measured value in, as Azure Monitor does: one aggregate for each minute of each series. */
export function recordMetric(events: EventsState, sample: MetricSample): void {
  const key = seriesKey(sample);
  const { resourceId, namespace, name, dimensions, value, count = 1 } = sample;
  const { min = value / count, max = value / count } = sample;
  events.metrics[key] ??= { resourceId, namespace, name, dimensions, minutes: [] };
  const { minutes } = events.metrics[key];
  const atMs = Math.floor(sample.atMs / MINUTE_MS) * MINUTE_MS;
  const minute = minutes.find((each) => each.atMs === atMs);
  if (minute === undefined) {
    minutes.push({ atMs, count, sum: value, min, max });
    minutes.sort((a, b) => a.atMs - b.atMs);
  } else {
    minute.count += count;
    minute.sum += value;
    minute.min = Math.min(minute.min, min);
    minute.max = Math.max(minute.max, max);
  }
  const newestMs = minutes.at(-1)?.atMs ?? atMs;
  events.metrics[key].minutes = minutes.filter((each) => each.atMs > newestMs - KEPT_MS);
}

function seriesKey({ resourceId, namespace, name, dimensions }: MetricSample): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    resourceKey(resourceId),
    (namespace ?? "").toLowerCase(),
    name.toLowerCase(),
    sorted,
  ]);
}

/** How a rule makes one number of a window. */
export type Aggregation = "Average" | "Minimum" | "Maximum" | "Total" | "Count";

/** The value over `[fromMs, toMs)` of several series taken together; null where nothing was measured. */
export function aggregate(
  series: readonly MetricSeries[],
  aggregation: Aggregation,
  fromMs: number,
  toMs: number,
): number | null {
  const minutes = series.flatMap((each) => each.minutes.filter(({ atMs }) => atMs >= fromMs && atMs < toMs));
  if (minutes.length === 0) return null;
  const sum = (pick: (minute: MetricMinute) => number) =>
    minutes.reduce((total, minute) => total + pick(minute), 0);
  switch (aggregation) {
    case "Average":
      return sum((minute) => minute.sum) / sum((minute) => minute.count);
    case "Minimum":
      return Math.min(...minutes.map(({ min }) => min));
    case "Maximum":
      return Math.max(...minutes.map(({ max }) => max));
    case "Total":
      return sum((minute) => minute.sum);
    case "Count":
      return sum((minute) => minute.count);
  }
}
