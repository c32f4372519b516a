import type { ResourceType } from "../resource-types.ts";
import { actionGroups } from "./action-groups.ts";
import { components } from "./application-insights.ts";
import { blobContainers } from "./blob-containers.ts";
import { blobServices } from "./blob-services.ts";
import { dashboards } from "./dashboards.ts";
import { diagnosticSettings, directoryDiagnosticSettings } from "./diagnostic-settings.ts";
import { eventSubscriptions, systemTopicEventSubscriptions } from "./event-subscriptions.ts";
import { federatedIdentityCredentials } from "./federated-identity-credentials.ts";
import { vaultKeys } from "./key-vault-keys.ts";
import { vaultSecrets } from "./key-vault-secrets.ts";
import { vaults } from "./key-vaults.ts";
import { workspaces } from "./log-analytics.ts";
import { workflows } from "./logic-workflows.ts";
import { metricAlerts } from "./metric-alerts.ts";
import { resourceGroups } from "./resource-groups.ts";
import { roleAssignments } from "./role-assignments.ts";
import { roleDefinitions } from "./role-definitions.ts";
import { scheduledQueryRules } from "./scheduled-query-rules.ts";
import { storageAccounts } from "./storage-accounts.ts";
import { systemTopics } from "./system-topics.ts";
import { userAssignedIdentities } from "./user-assigned-identities.ts";
import { workbooks } from "./workbooks.ts";

/** Every resource type that the sandbox emulates. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  actionGroups,
  blobContainers,
  blobServices,
  components,
  dashboards,
  diagnosticSettings,
  directoryDiagnosticSettings,
  eventSubscriptions,
  federatedIdentityCredentials,
  metricAlerts,
  resourceGroups,
  roleAssignments,
  roleDefinitions,
  scheduledQueryRules,
  storageAccounts,
  systemTopicEventSubscriptions,
  systemTopics,
  userAssignedIdentities,
  vaultKeys,
  vaultSecrets,
  vaults,
  workbooks,
  workflows,
  workspaces,
];
