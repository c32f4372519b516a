import { DAY_MS } from "../../../infra/duration.ts";
import { parseGraphTime } from "../graph-time.ts";
import { GuidTable } from "../guid-table.ts";
import type { GraphClient } from "./client.ts";
import { isRecord } from "./entities.ts";
import { askForPage, readPages } from "./pages.ts";

/** Only in the beta API, and only in the global cloud. Needs AuditLog.Read.All and an Entra ID P1 licence. */
const REPORT_URL = "/beta/reports/appCredentialSignInActivities?$top=999";
/** Credentials of a tenant; the report is broken off beyond. */
const MOST_ENTRIES = 5_000_000;

/**
 * Reads when each credential last signed in
 * (https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities).
 * @returns days since 1970 by key id, 0 without a sign-in; undefined if the report is empty, so that a key's
 * absence from it would say nothing.
 * @throws GraphError
 */
export async function readLastSignIns(client: GraphClient): Promise<GuidTable | undefined> {
  const table = new GuidTable();
  const pages = readPages({
    url: REPORT_URL,
    ask: (url) => askForPage(client, { url }),
    ahead: true,
    mostItems: MOST_ENTRIES,
    take: (items) => {
      for (const item of items ?? []) addEntry(table, item);
    },
  });
  for await (const _ of pages);
  return table.size === 0 ? undefined : table;
}

function addEntry(table: GuidTable, entry: unknown): void {
  if (!isRecord(entry) || typeof entry.keyId !== "string") return;
  const activity = isRecord(entry.signInActivity) ? entry.signInActivity : {};
  const lastMs = parseGraphTime(activity.lastSignInDateTime);
  const day = lastMs === null ? 0 : Math.max(0, Math.floor(lastMs / DAY_MS));
  table.set(entry.keyId, Math.max(day, table.get(entry.keyId) ?? 0));
}
