import type { ResourceDefinition } from "../schema.ts";
import { actionGroup } from "./action-group.ts";
import { component } from "./application-insights-component.ts";
import { workbook } from "./application-insights-workbook.ts";
import { blobContainer } from "./blob-container.ts";
import { blobServiceProperties } from "./blob-service-properties.ts";
import { diagnosticSetting } from "./diagnostic-setting.ts";
import { directoryDiagnosticSetting } from "./directory-diagnostic-setting.ts";
import { eventSubscription } from "./event-grid-event-subscription.ts";
import { systemTopic } from "./event-grid-system-topic.ts";
import { systemTopicEventSubscription } from "./event-grid-system-topic-event-subscription.ts";
import { federatedIdentityCredential } from "./federated-identity-credential.ts";
import { vault } from "./key-vault.ts";
import { key } from "./key-vault-key.ts";
import { secret } from "./key-vault-secret.ts";
import { workspace } from "./log-analytics-workspace.ts";
import { workflow } from "./logic-workflow.ts";
import { metricAlert } from "./metric-alert.ts";
import { dashboard } from "./portal-dashboard.ts";
import { resourceGroup } from "./resource-group.ts";
import { roleAssignment } from "./role-assignment.ts";
import { roleDefinition } from "./role-definition.ts";
import { scheduledQueryRule } from "./scheduled-query-rule.ts";
import { storageAccount } from "./storage-account.ts";
import { userAssignedIdentity } from "./user-assigned-identity.ts";

/** Every resource type that the emulated provider has. */
export const RESOURCE_DEFINITIONS: readonly ResourceDefinition[] = [
  actionGroup,
  blobContainer,
  blobServiceProperties,
  component,
  dashboard,
  diagnosticSetting,
  directoryDiagnosticSetting,
  eventSubscription,
  federatedIdentityCredential,
  key,
  metricAlert,
  resourceGroup,
  roleAssignment,
  roleDefinition,
  scheduledQueryRule,
  secret,
  storageAccount,
  systemTopic,
  systemTopicEventSubscription,
  userAssignedIdentity,
  vault,
  workbook,
  workflow,
  workspace,
];
