import { array, boolean, number, object, type ResourceDefinition, required, string } from "../schema.ts";

const retentionPolicy = object({ days: required(number), enabled: required(boolean) });

const logSettings = object({
  category: string,
  enabled: required(boolean),
  retentionPolicy,
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/aadiam/diagnosticsetting/ */
export const directoryDiagnosticSetting: ResourceDefinition = {
  token: "azure-native:aadiam:DiagnosticSetting",
  apiVersion: "2017-04-01",
  armType: "microsoft.aadiam/diagnosticSettings",
  path: "/providers/microsoft.aadiam/diagnosticSettings/{name}",
  autoName: { property: "name", kind: "random" },
  forceNew: [],
  flattenExcept: ["type", "name"],
  inputs: {
    eventHubAuthorizationRuleId: string,
    eventHubName: string,
    logs: array(logSettings),
    name: string,
    serviceBusRuleId: string,
    storageAccountId: string,
    workspaceId: string,
  },
  outputs: {
    azureApiVersion: string,
    eventHubAuthorizationRuleId: string,
    eventHubName: string,
    logs: array(logSettings),
    name: string,
    serviceBusRuleId: string,
    storageAccountId: string,
    type: string,
    workspaceId: string,
  },
};
