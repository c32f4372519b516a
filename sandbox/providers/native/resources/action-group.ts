import {
  array,
  boolean,
  extend,
  idSet,
  map,
  object,
  type ResourceDefinition,
  required,
  string,
  text,
  withDefault,
} from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const armRoleReceiver = object({
  name: required(string),
  roleId: required(string),
  useCommonAlertSchema: boolean,
});

const automationRunbookReceiver = object({
  automationAccountId: required(string),
  isGlobalRunbook: required(boolean),
  managedIdentity: string,
  name: string,
  runbookName: required(string),
  serviceUri: string,
  useCommonAlertSchema: boolean,
  webhookResourceId: required(string),
});

const microsoftCommonAzureAppPushReceiver = object({
  emailAddress: required(string),
  name: required(string),
});

const azureFunctionReceiver = object({
  functionAppResourceId: required(string),
  functionName: required(string),
  httpTriggerUrl: required(string),
  managedIdentity: string,
  name: required(string),
  useCommonAlertSchema: boolean,
});

const microsoftCommonEmailReceiver = object({
  emailAddress: required(string),
  name: required(string),
  useCommonAlertSchema: boolean,
});

const eventHubReceiver = object({
  eventHubName: required(string),
  eventHubNameSpace: required(string),
  managedIdentity: string,
  name: required(string),
  subscriptionId: required(string),
  tenantId: string,
  useCommonAlertSchema: boolean,
});

const userAssignedIdentity = object({ clientId: string, principalId: string });

const managedServiceIdentity = object({
  type: required(string),
  userAssignedIdentities: idSet(userAssignedIdentity),
});

const incidentServiceConnection = object({ id: required(string), name: required(string) });

const incidentReceiver = object({
  connection: required(incidentServiceConnection),
  incidentManagementService: required(string),
  mappings: required(map(string)),
  name: required(string),
});

const itsmReceiver = object({
  connectionId: required(string),
  name: required(string),
  region: required(string),
  ticketConfiguration: required(string),
  workspaceId: required(string),
});

const logicAppReceiver = object({
  callbackUrl: required(string),
  managedIdentity: string,
  name: required(string),
  resourceId: required(string),
  useCommonAlertSchema: boolean,
});

const microsoftCommonSmsReceiver = object({
  countryCode: required(string),
  name: required(string),
  phoneNumber: required(string),
});

const microsoftCommonVoiceReceiver = object({
  countryCode: required(string),
  name: required(string),
  phoneNumber: required(string),
});

const webhookReceiver = object({
  identifierUri: string,
  managedIdentity: string,
  name: required(string),
  objectId: string,
  serviceUri: required(string),
  tenantId: string,
  useAadAuth: boolean,
  useCommonAlertSchema: boolean,
});

const azureAppPushReceiver = object({ emailAddress: string, name: string });

const emailReceiver = object({
  emailAddress: string,
  name: string,
  status: string,
  useCommonAlertSchema: boolean,
});

const managedServiceIdentityResponse = extend(managedServiceIdentity, {
  principalId: string,
  tenantId: string,
  userAssignedIdentities: map(userAssignedIdentity),
});

const smsReceiver = object({ countryCode: string, name: string, phoneNumber: string, status: string });

const voiceReceiver = object({ countryCode: string, name: string, phoneNumber: string });

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/monitor/actiongroup/ */
export const actionGroup: ResourceDefinition = {
  token: "azure-native:monitor:ActionGroup",
  apiVersion: "2024-10-01-preview",
  armType: "Microsoft.Insights/actionGroups",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Insights/actionGroups/{actionGroupName}",
  autoName: { property: "actionGroupName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "identity", "systemData", "type", "name"],
  inputs: {
    actionGroupName: string,
    armRoleReceivers: array(armRoleReceiver),
    automationRunbookReceivers: array(automationRunbookReceiver),
    azureAppPushReceivers: array(microsoftCommonAzureAppPushReceiver),
    azureFunctionReceivers: array(azureFunctionReceiver),
    emailReceivers: array(microsoftCommonEmailReceiver),
    enabled: required(withDefault(true, boolean)),
    eventHubReceivers: array(eventHubReceiver),
    groupShortName: required(text({ maxLength: 12 })),
    identity: managedServiceIdentity,
    incidentReceivers: array(incidentReceiver),
    itsmReceivers: array(itsmReceiver),
    location: string,
    logicAppReceivers: array(logicAppReceiver),
    resourceGroupName: required(string),
    smsReceivers: array(microsoftCommonSmsReceiver),
    tags: map(string),
    voiceReceivers: array(microsoftCommonVoiceReceiver),
    webhookReceivers: array(webhookReceiver),
  },
  outputs: {
    armRoleReceivers: array(armRoleReceiver),
    automationRunbookReceivers: array(automationRunbookReceiver),
    azureApiVersion: string,
    azureAppPushReceivers: array(azureAppPushReceiver),
    azureFunctionReceivers: array(azureFunctionReceiver),
    emailReceivers: array(emailReceiver),
    enabled: boolean,
    eventHubReceivers: array(eventHubReceiver),
    groupShortName: string,
    identity: managedServiceIdentityResponse,
    incidentReceivers: array(incidentReceiver),
    itsmReceivers: array(itsmReceiver),
    location: string,
    logicAppReceivers: array(logicAppReceiver),
    name: string,
    smsReceivers: array(smsReceiver),
    systemData,
    tags: map(string),
    type: string,
    voiceReceivers: array(voiceReceiver),
    webhookReceivers: array(webhookReceiver),
  },
};
