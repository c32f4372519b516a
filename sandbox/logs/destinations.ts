import { isWithin, resourceKey } from "../arm/resource-id.ts";
import type { ArmResource } from "../arm/state.ts";
import type { State } from "../state.ts";

/** A kind of log that a diagnostic setting can ask for, with the groups that it belongs to. */
export interface LogCategory {
  name: string;
  groups: readonly string[];
}

const SETTING_TYPE = "Microsoft.Insights/diagnosticSettings";
const DIRECTORY_SETTING_TYPE = "microsoft.aadiam/diagnosticSettings";
const DEDICATED = "Dedicated";

/**
 * The workspaces that get a resource's logs of a category in tables of their own. A setting that wants them in the
 * table that all kinds of resources share gets none: the sandbox has no such table.
 */
export function workspacesFor(state: State, resourceId: string, category: LogCategory): string[] {
  return settingsOf(state, SETTING_TYPE).flatMap(({ id, properties }) =>
    isWithin(id, resourceId) &&
    properties.logAnalyticsDestinationType === DEDICATED &&
    asksFor(properties, category)
      ? workspaceIn(state, properties)
      : [],
  );
}

/** The workspaces that get the directory's logs of a category. */
export function directoryWorkspacesFor(state: State, category: string): string[] {
  return settingsOf(state, DIRECTORY_SETTING_TYPE).flatMap(({ properties }) =>
    asksFor(properties, { name: category, groups: [] }) ? workspaceIn(state, properties) : [],
  );
}

function settingsOf({ arm }: State, type: string): ArmResource[] {
  return Object.values(arm.resources).filter((resource) => resource.type === type);
}

function asksFor({ logs }: ArmResource["properties"], { name, groups }: LogCategory): boolean {
  const settings = Array.isArray(logs) ? (logs as { [member: string]: unknown }[]) : [];
  return settings.some(
    ({ enabled, category, categoryGroup }) =>
      enabled === true && (category === name || groups.some((group) => group === categoryGroup)),
  );
}

function workspaceIn({ arm }: State, { workspaceId }: ArmResource["properties"]): string[] {
  return typeof workspaceId === "string" && arm.resources[resourceKey(workspaceId)] !== undefined
    ? [workspaceId]
    : [];
}
