import {
  array,
  boolean,
  idSet,
  integer,
  map,
  number,
  object,
  type ResourceDefinition,
  required,
  string,
} from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const actions = object({
  actionGroups: array(string),
  actionProperties: map(string),
  customProperties: map(string),
});

const dimension = object({
  name: required(string),
  operator: required(string),
  values: required(array(string)),
});

const conditionFailingPeriods = object({
  minFailingPeriodsToAlert: number,
  numberOfEvaluationPeriods: number,
});

const condition = object({
  alertSensitivity: string,
  criterionType: string,
  dimensions: array(dimension),
  failingPeriods: conditionFailingPeriods,
  ignoreDataBefore: string,
  metricMeasureColumn: string,
  metricName: string,
  minRecurrenceCount: number,
  operator: string,
  query: string,
  resourceIdColumn: string,
  threshold: number,
  timeAggregation: string,
});

const scheduledQueryRuleCriteria = object({ allOf: array(condition) });

const userIdentityProperties = object({ clientId: string, principalId: string });

const microsoftCommonIdentity = object({
  type: required(string),
  userAssignedIdentities: idSet(userIdentityProperties),
});

const ruleResolveConfiguration = object({ autoResolved: boolean, timeToResolve: string });

const identity = object({
  principalId: string,
  tenantId: string,
  type: string,
  userAssignedIdentities: map(userIdentityProperties),
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/monitor/scheduledqueryrule/ */
export const scheduledQueryRule: ResourceDefinition = {
  token: "azure-native:monitor:ScheduledQueryRule",
  apiVersion: "2025-01-01-preview",
  armType: "Microsoft.Insights/scheduledQueryRules",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Insights/scheduledQueryRules/{ruleName}",
  autoName: { property: "ruleName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "kind", "identity", "etag", "systemData", "type", "name"],
  inputs: {
    actions,
    autoMitigate: boolean,
    checkWorkspaceAlertsStorageConfigured: boolean,
    criteria: scheduledQueryRuleCriteria,
    description: string,
    displayName: string,
    enabled: boolean,
    evaluationFrequency: string,
    identity: microsoftCommonIdentity,
    kind: string,
    location: string,
    muteActionsDuration: string,
    overrideQueryTimeRange: string,
    resolveConfiguration: ruleResolveConfiguration,
    resourceGroupName: required(string),
    ruleName: string,
    scopes: array(string),
    severity: integer,
    skipQueryValidation: boolean,
    tags: map(string),
    targetResourceTypes: array(string),
    windowSize: string,
  },
  outputs: {
    actions,
    autoMitigate: boolean,
    azureApiVersion: string,
    checkWorkspaceAlertsStorageConfigured: boolean,
    createdWithApiVersion: string,
    criteria: scheduledQueryRuleCriteria,
    description: string,
    displayName: string,
    enabled: boolean,
    etag: string,
    evaluationFrequency: string,
    identity,
    isLegacyLogAnalyticsRule: boolean,
    isWorkspaceAlertsStorageConfigured: boolean,
    kind: string,
    location: string,
    muteActionsDuration: string,
    name: string,
    overrideQueryTimeRange: string,
    resolveConfiguration: ruleResolveConfiguration,
    scopes: array(string),
    severity: integer,
    skipQueryValidation: boolean,
    systemData,
    tags: map(string),
    targetResourceTypes: array(string),
    type: string,
    windowSize: string,
  },
};
