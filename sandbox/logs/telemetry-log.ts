import type { ArmResource } from "../arm/state.ts";
import type { State } from "../state.ts";
import { recordLog } from "./record.ts";

interface Telemetry {
  name: string;
  properties: Record<string, string>;
  roleName: string;
  roleInstance: string;
  sdkVersion: string;
  nowMs: number;
}

export interface CustomEventTelemetry extends Telemetry {
  measurements: Record<string, number>;
}

export interface MetricTelemetry extends Telemetry {
  sum: number;
  min: number;
  max: number;
  count: number;
}

/** Adds a custom event to the table of the component's workspace, if it has one. */
export function logCustomEvent(draft: State, component: ArmResource, event: CustomEventTelemetry): void {
  const workspaceId = workspaceOf(component);
  if (workspaceId === undefined) return;
  recordLog(draft.logs, workspaceId, "AppEvents", {
    ...commonColumns(component, event),
    Measurements: event.measurements,
    ItemCount: 1,
  });
}

/** Adds a metric to the table of the component's workspace, if it has one. */
export function logMetric(draft: State, component: ArmResource, metric: MetricTelemetry): void {
  const workspaceId = workspaceOf(component);
  if (workspaceId === undefined) return;
  recordLog(draft.logs, workspaceId, "AppMetrics", {
    ...commonColumns(component, metric),
    Sum: metric.sum,
    Min: metric.min,
    Max: metric.max,
    ItemCount: metric.count,
  });
}

function workspaceOf({ properties }: ArmResource): string | undefined {
  const { WorkspaceResourceId: id } = properties;
  return typeof id === "string" ? id : undefined;
}

function commonColumns({ id }: ArmResource, { name, properties, ...telemetry }: Telemetry) {
  return {
    TimeGenerated: telemetry.nowMs,
    Name: name,
    Properties: properties,
    AppRoleName: telemetry.roleName,
    AppRoleInstance: telemetry.roleInstance,
    SDKVersion: telemetry.sdkVersion,
    _ResourceId: id.toLowerCase(),
  };
}
