import { isoSeconds } from "../iso-time.ts";
import type { AlertSignal, EventsState, FiredAlert } from "./state.ts";

/** An alert at the moment when it fires or resolves. */
export interface Alert {
  /** The alert's resource id; the same for its firing and its resolution. */
  id: string;
  rule: string;
  /** `Sev0` (critical) to `Sev4` (verbose). */
  severity: string;
  condition: "Fired" | "Resolved";
  signal: AlertSignal;
  /** Resource id of what the alert is about. */
  target: string;
  description: string;
  firedMs: number;
  atMs: number;
  /** What happened, in words. */
  text: string;
  /** What the common alert schema carries as `alertContext`. */
  context: Record<string, unknown>;
}

const MONITORING_SERVICES: Readonly<Record<AlertSignal, string>> = {
  Metric: "Platform",
  Log: "Log Alerts V2",
  Event: "Event Grid",
};

/** How many alerts are remembered. */
const LENGTH = 1000;

export function alertId(subscriptionId: string, id: string): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.AlertsManagement/alerts/${id}`;
}

/** Notes that an alert fired or was resolved. */
export function recordAlert(events: EventsState, alert: Alert): void {
  const before = events.alerts.find(({ id }) => id === alert.id);
  if (alert.condition === "Resolved") {
    if (before !== undefined) {
      before.condition = "Resolved";
      before.resolvedAt = isoSeconds(alert.atMs);
    }
    return;
  }
  const { id, rule, severity, condition, signal, target, description, firedMs } = alert;
  const fired: FiredAlert = {
    ...{ id, rule, severity, condition, signal, target, description },
    firedAt: isoSeconds(firedMs),
    resolvedAt: null,
  };
  events.alerts.push(fired);
  if (events.alerts.length > LENGTH) events.alerts.shift();
}

/** The subject of a message about it. */
export function subjectOf({ condition, severity, rule, target, atMs }: Alert): string {
  const name = target.split("/").at(-1);
  return `${condition}: ${severity} Azure Monitor alert ${rule} on ${name} at ${isoSeconds(atMs)}`;
}

/**
 * What a machine gets.
 * @see https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
 */
export function commonSchema(alert: Alert): Record<string, unknown> {
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: alert.id,
        alertRule: alert.rule,
        severity: alert.severity,
        signalType: alert.signal,
        monitorCondition: alert.condition,
        monitoringService: MONITORING_SERVICES[alert.signal],
        alertTargetIDs: [alert.target.toLowerCase()],
        originAlertId: alert.id.split("/").at(-1),
        firedDateTime: isoSeconds(alert.firedMs),
        ...(alert.condition === "Resolved" && { resolvedDateTime: isoSeconds(alert.atMs) }),
        description: alert.description,
        essentialsVersion: "1.0",
        alertContextVersion: "1.0",
      },
      alertContext: alert.context,
      customProperties: null,
    },
  };
}
