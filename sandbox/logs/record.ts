import { resourceKey } from "../arm/resource-id.ts";
import type { LogRow, LogsState } from "./state.ts";
import type { LogTable } from "./tables.ts";

/** How far back a rule can look, with room to spare. */
const KEPT_MS = 3 * 86_400_000;
/** Of one table: the state is one file. */
const MOST_ROWS = 5000;

/** Adds a row to a table of a workspace, where it is found after the table's delay. Rows that are old, or too many, make room. */
export function recordLog(logs: LogsState, workspaceId: string, table: LogTable, row: LogRow): void {
  const key = resourceKey(workspaceId);
  logs.workspaces[key] ??= {};
  const tables = logs.workspaces[key];
  const rows = tables[table] ?? [];
  const delayMs = logs.delays?.[table] ?? 0;
  rows.push(delayMs > 0 ? { ...row, _TimeReceived: row.TimeGenerated + delayMs } : row);
  const firstMs = row.TimeGenerated - KEPT_MS;
  const kept = rows.findIndex(({ TimeGenerated }) => TimeGenerated >= firstMs);
  const surplus = Math.max(kept, rows.length - MOST_ROWS);
  if (surplus > 0) rows.splice(0, surplus);
  tables[table] = rows;
}
