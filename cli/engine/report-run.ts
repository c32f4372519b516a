import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { RUN_EVENT, type RunEvent } from "../../infra/alerts/run-event.ts";
import type { Fetch } from "../../infra/directory-time.ts";

/** What is sent: texts, none of which is a secret. */
export interface CustomEvent {
  name: string;
  properties: Readonly<Record<string, string>>;
}

export interface SendEventsArgs {
  events: readonly CustomEvent[];
  /** ISO 8601. */
  at: string;
  /** Of one try, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** Default: 3. */
  tries?: number;
  fetch?: Fetch;
  /** From 0 to 1, for the pauses between tries. */
  random?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
}

export interface ReportRunArgs extends Omit<SendEventsArgs, "events"> {
  event: RunEvent;
}

/** Before the second try; each pause is drawn by lot, up to a bound that doubles. */
const FIRST_PAUSE_MS = 2_000;

const trackAnswer = z.object({
  itemsAccepted: z.int(),
  errors: z.array(z.object({ message: z.string() })).default([]),
});

/**
 * Reports that the stack was updated, so that the alert on silence stays silent. That it could not be reported is no
 * reason to call the update a failure.
 * @returns why it could not be reported; undefined if it was, or if the stack has nowhere to report to.
 */
export async function reportRun(
  connectionString: string | undefined,
  { event, ...args }: ReportRunArgs,
): Promise<string | undefined> {
  return reportEvents(connectionString, { ...args, events: [{ name: RUN_EVENT, properties: { ...event } }] });
}

/**
 * Sends events to the stack's own Application Insights component.
 * @returns why they were not taken; undefined if they were, or if the stack has nowhere to report to.
 */
export async function reportEvents(
  connectionString: string | undefined,
  args: SendEventsArgs,
): Promise<string | undefined> {
  return connectionString === undefined ? undefined : sendEvents(connectionString, args);
}

/**
 * Sends the events to Application Insights, which answers at once whether it took them.
 * @returns why they were not all taken; undefined if they were.
 * @see https://learn.microsoft.com/azure/azure-monitor/app/connection-strings
 */
export async function sendEvents(
  connectionString: string,
  args: SendEventsArgs,
): Promise<string | undefined> {
  const { events, at, timeoutMs = 10_000, tries = 3, fetch = globalThis.fetch } = args;
  const { random = Math.random, sleep = delay } = args;
  const parts = partsOf(connectionString);
  const [iKey, endpoint] = [parts.get("instrumentationkey"), parts.get("ingestionendpoint")];
  if (iKey === undefined || endpoint === undefined || !URL.canParse(endpoint)) {
    return "the connection string names no InstrumentationKey and IngestionEndpoint";
  }
  const body = JSON.stringify(
    events.map(({ name, properties }) => ({
      name: "Microsoft.ApplicationInsights.Event",
      time: at,
      iKey,
      tags: { "ai.cloud.role": "keyturn" },
      data: { baseType: "EventData", baseData: { ver: 2, name, properties } },
    })),
  );
  let problem = "";
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (attempt > 1) await sleep(Math.round(random() * FIRST_PAUSE_MS * 2 ** (attempt - 2)));
    try {
      const response = await fetch(new URL("v2.1/track", endpoint).href, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(timeoutMs),
        redirect: "error",
      });
      const answer = trackAnswer.safeParse(await response.json().catch(() => undefined));
      if (response.ok && answer.success && answer.data.itemsAccepted === events.length) return undefined;
      problem = answer.data?.errors[0]?.message ?? `it answered ${response.status}`;
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return problem;
}

/** `Key=value;Key=value`; keys are told apart without regard to case. */
function partsOf(connectionString: string): Map<string, string> {
  return new Map(
    connectionString.split(";").map((part) => {
      const at = part.indexOf("=");
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
}
