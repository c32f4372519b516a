import { badRequest } from "../errors.ts";
import type { ResourceBody, StoredType, Written } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/monitor/diagnostic-settings */
export const diagnosticSettings: StoredType = {
  kind: "stored",
  type: "Microsoft.Insights/diagnosticSettings",
  extension: true,
  systemData: true,
  write: ({ body }) => withDestination(body, ["logs", "metrics"]),
};

/** Of the directory: sign-in and audit logs. */
export const directoryDiagnosticSettings: StoredType = {
  kind: "stored",
  type: "microsoft.aadiam/diagnosticSettings",
  write: ({ body }) => withDestination(body, ["logs"]),
};

const DESTINATIONS = [
  "workspaceId",
  "storageAccountId",
  "eventHubAuthorizationRuleId",
  "serviceBusRuleId",
  "marketplacePartnerId",
];

function withDestination({ properties = {} }: ResourceBody, categories: string[]): Written {
  if (!DESTINATIONS.some((destination) => properties[destination] !== undefined)) {
    throw badRequest(
      "At least one data sink needs to be specified. 'storageAccountId', 'eventHubAuthorizationRuleId', 'workspaceId'.",
    );
  }
  const lists = Object.fromEntries(categories.map((list) => [list, properties[list] ?? []]));
  if (Object.values(lists).every((list) => (list as unknown[]).length === 0)) {
    throw badRequest("At least one log or metric category has to be specified.");
  }
  return { properties: { ...properties, ...lists } };
}
