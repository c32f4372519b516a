import type { TableSchemas } from "./kql/language.ts";

/**
 * The tables of a workspace that the sandbox fills, with the columns of Azure Monitor's reference that it knows
 * (https://learn.microsoft.com/azure/azure-monitor/reference/tables-index).
 */
export const LOG_TABLES = {
  AppEvents: columns(
    ...["TimeGenerated:datetime", "Name", "Properties:dynamic", "Measurements:dynamic", "ItemCount:int"],
    ...["AppRoleName", "AppRoleInstance", "SDKVersion", "_ResourceId"],
  ),
  AppMetrics: columns(
    ...["TimeGenerated:datetime", "Name", "Sum:real", "Min:real", "Max:real", "ItemCount:int"],
    ...["Properties:dynamic", "AppRoleName", "AppRoleInstance", "SDKVersion", "_ResourceId"],
  ),
  AZKVAuditLogs: columns(
    ...["TimeGenerated:datetime", "OperationName", "Identity:dynamic", "RequestUri", "CallerIpAddress", "Id"],
    ...["HttpStatusCode:int", "ResultType", "ResultSignature", "ResultDescription", "ClientInfo"],
    ...["CorrelationId", "_ResourceId"],
  ),
  SigninLogs: columns(...signIn(), "UserId", "UserPrincipalName", "Status:dynamic"),
  AADNonInteractiveUserSignInLogs: columns(...signIn(), "UserId", "UserPrincipalName", "Status"),
  AADServicePrincipalSignInLogs: columns(
    ...signIn(),
    ...["ServicePrincipalId", "ServicePrincipalName", "ServicePrincipalCredentialKeyId"],
  ),
} satisfies TableSchemas;

export type LogTable = keyof typeof LOG_TABLES;

function signIn(): string[] {
  return [
    ...["TimeGenerated:datetime", "AppId", "AppDisplayName", "ResultType", "ResultSignature"],
    ...["ResultDescription", "IPAddress", "CorrelationId"],
  ];
}

/** What names no type is text. */
function columns(...names: string[]): string {
  return `(${names.map((name) => (name.includes(":") ? name : `${name}:string`)).join(", ")})`;
}
