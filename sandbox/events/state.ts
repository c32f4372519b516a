/** What the services that watch and notify remember. */
export interface EventsState {
  /** Event Grid subscriptions, by resource key. */
  subscriptions: Record<string, SubscriptionMemory>;
  /** Metric alert rules, by resource key. */
  metricRules: Record<string, MetricRuleMemory>;
  /** What was measured in the last two days, by series key. */
  metrics: Record<string, MetricSeries>;
  /** What applications reported as custom events, oldest first; the last 1,000. Rules see them in a workspace (`logs`). */
  customEvents: CustomEvent[];
  /** Posts to webhooks that have not succeeded yet. */
  deliveries: PendingDelivery[];
  /** Alerts that fired, oldest first; the last 1,000. */
  alerts: FiredAlert[];
  /** What somebody would have received, oldest first; the last 5,000. */
  outbox: OutboxEntry[];
  /** Counts outbox entries. */
  lastOutboxId: number;
}

export interface SubscriptionMemory {
  /** The secret versions that were current when the subscription was made: no events come from these. */
  olderVersions: string[];
  /** By version key: the expiry (seconds since 1970) about which an event was sent already. */
  announced: Record<string, { nearExpiry?: number; expired?: number }>;
  /** The webhook that was asked whether it wants the events, and what it said; null: none was asked. */
  endpoint: { url: string; wanted: boolean } | null;
}

export interface MetricRuleMemory {
  /** The last evaluation; milliseconds since 1970. */
  evaluatedMs: number;
  /** Series that have met or left the condition, by series key. */
  series: Record<string, { alertId: string; notifiedMs: number; healthyEvaluations: number }>;
}

/** One metric of one resource with one set of dimension values. */
export interface MetricSeries {
  resourceId: string;
  namespace: string | null;
  name: string;
  dimensions: Record<string, string>;
  /** One for each minute that has values, by time. */
  minutes: MetricMinute[];
}

export interface MetricMinute {
  /** The minute's beginning; milliseconds since 1970. */
  atMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** A row of Application Insights' table of custom events. */
export interface CustomEvent {
  /** The Application Insights component. */
  resourceId: string;
  /** The sandbox clock when it arrived: ISO 8601. */
  when: string;
  name: string;
  properties: Record<string, string>;
}

export interface PendingDelivery {
  /** The outbox entry that tells how it went. */
  outboxId: number;
  /** Whose rules about retries count. */
  service: "event-grid" | "action-group";
  /** Event Grid only: the subscription's resource key. */
  subscription: string | null;
  url: string;
  contentType: string;
  /** JSON. */
  body: string;
  /** Tries so far. */
  attempts: number;
  firstMs: number;
  dueMs: number;
  /** Event Grid only. */
  maxAttempts: number | null;
  timeToLiveMs: number | null;
}

/** What an alert was raised by. */
export type AlertSignal = "Event" | "Metric" | "Log";

export interface FiredAlert {
  /** The alert's resource id. */
  id: string;
  rule: string;
  severity: string;
  condition: "Fired" | "Resolved";
  signal: AlertSignal;
  target: string;
  description: string;
  /** ISO 8601. */
  firedAt: string;
  resolvedAt: string | null;
}

/** A message that left Azure, or would have. */
export interface OutboxEntry {
  id: number;
  /** The sandbox clock when it was sent: ISO 8601. */
  when: string;
  /** An address, a telephone number, a URL, a resource id. */
  who: string;
  via: OutboxChannel;
  /** The subject. */
  what: string;
  text: string;
  /** The alert that it is about; null for an event that was passed on as it is. */
  alert: {
    id: string;
    rule: string;
    severity: string;
    condition: "Fired" | "Resolved";
    target: string;
  } | null;
  /** Name of the action group; null if none was involved. */
  actionGroup: string | null;
  /**
   * `delivered`: as far as the sandbox can tell, a person or service has it. `not posted`: it went to a
   * service elsewhere, which the sandbox never calls. `pending` and `failed`: a webhook on this machine.
   */
  outcome: "delivered" | "not posted" | "pending" | "failed";
  /** Tries to post it to a webhook on this machine. */
  attempts: { when: string; result: string }[];
}

export type OutboxChannel =
  | "email"
  | "sms"
  | "voice"
  | "push"
  | "role email"
  | "webhook"
  | "function"
  | "logic app"
  | "runbook"
  | "event hub"
  | "itsm"
  | "incident"
  | "event grid webhook"
  | "event grid";

/** Nobody watches anything. */
export function initialEventsState(): EventsState {
  return {
    subscriptions: {},
    metricRules: {},
    metrics: {},
    customEvents: [],
    deliveries: [],
    alerts: [],
    outbox: [],
    lastOutboxId: 0,
  };
}
