import {
  array,
  boolean,
  extend,
  number,
  object,
  type ResourceDefinition,
  required,
  string,
} from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const microsoftCommonRetentionPolicy = object({ days: required(number), enabled: required(boolean) });

const diagnosticsLogSettings = object({
  category: string,
  categoryGroup: string,
  enabled: required(boolean),
  retentionPolicy: microsoftCommonRetentionPolicy,
});

const diagnosticsMetricSettings = object({
  category: string,
  enabled: required(boolean),
  retentionPolicy: microsoftCommonRetentionPolicy,
  timeGrain: string,
});

const retentionPolicy = object({ days: number, enabled: boolean });

const diagnosticsLogSettingsResponse = extend(diagnosticsLogSettings, { retentionPolicy });

const diagnosticsMetricSettingsResponse = extend(diagnosticsMetricSettings, {
  retentionPolicy,
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/monitor/diagnosticsetting/ */
export const diagnosticSetting: ResourceDefinition = {
  token: "azure-native:monitor:DiagnosticSetting",
  apiVersion: "2021-05-01-preview",
  armType: "Microsoft.Insights/diagnosticSettings",
  path: "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
  autoName: { property: "name", kind: "random" },
  forceNew: [],
  flattenExcept: ["systemData", "type", "name"],
  inputs: {
    eventHubAuthorizationRuleId: string,
    eventHubName: string,
    logAnalyticsDestinationType: string,
    logs: array(diagnosticsLogSettings),
    marketplacePartnerId: string,
    metrics: array(diagnosticsMetricSettings),
    name: string,
    resourceUri: required(string),
    serviceBusRuleId: string,
    storageAccountId: string,
    workspaceId: string,
  },
  outputs: {
    azureApiVersion: string,
    eventHubAuthorizationRuleId: string,
    eventHubName: string,
    logAnalyticsDestinationType: string,
    logs: array(diagnosticsLogSettingsResponse),
    marketplacePartnerId: string,
    metrics: array(diagnosticsMetricSettingsResponse),
    name: string,
    serviceBusRuleId: string,
    storageAccountId: string,
    systemData,
    type: string,
    workspaceId: string,
  },
};
