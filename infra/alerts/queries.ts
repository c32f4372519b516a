import { RUN_EVENT, type RunEvent } from "./run-event.ts";

/**
 * The log rules' queries (Kusto). Columns are those of Azure Monitor's table reference
 * (https://learn.microsoft.com/azure/azure-monitor/reference/tables-index). The rule's window limits the time, so
 * no query does.
 */

/** Text as a Kusto literal. */
function literal(text: string): string {
  return JSON.stringify(text);
}

function list(texts: readonly string[]): string {
  return `(${texts.map(literal).join(", ")})`;
}

/** How many rotation runs of the stack succeeded: one row, with 0 if there were none. */
export function succeededRuns(stack: string): string {
  const succeeded: RunEvent["outcome"] = "succeeded";
  return [
    "AppEvents",
    `| where Name == ${literal(RUN_EVENT)}`,
    `| where tostring(Properties.stack) == ${literal(stack)} and tostring(Properties.outcome) == ${literal(succeeded)}`,
    "| summarize runs = count()",
  ].join("\n");
}

/** Operations on a secret's value, its dates, or its existence; looking at lists is none. See https://learn.microsoft.com/azure/key-vault/general/logging. */
const SECRET_OPERATIONS = [
  "SecretGet",
  "SecretSet",
  "SecretUpdate",
  "SecretDelete",
  "SecretPurge",
  "SecretRecover",
  "SecretBackup",
  "SecretRestore",
];

/** Only people have this claim in their tokens: applications and managed identities do not. */
const PERSON_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";

/** What people, not services, did with the vault's secrets: a row for each person, secret and operation. */
export function secretsTouchedByPeople(): string {
  return [
    "AZKVAuditLogs",
    `| where OperationName in ${list(SECRET_OPERATIONS)}`,
    `| extend Person = tostring(Identity.claim[${literal(PERSON_CLAIM)}])`,
    "| where isnotempty(Person)",
    // https://<vault>/secrets/<name>[/<version>][?api-version=…]
    '| extend Secret = tostring(split(tostring(split(RequestUri, "?")[0]), "/")[4])',
    "| summarize Operations = count() by Person, Secret, OperationName",
  ].join("\n");
}

/** Entra's errors that stop an application (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
export const SECRET_EXPIRED = "7000222";
export const SECRET_WRONG = "7000215";
export const APPLICATION_DISABLED = "7000112";

/**
 * So many wrong secrets in a window are no coincidence. The proof of a new secret causes some by itself, since not
 * all of Entra's replicas know it at once.
 */
export const MANY_WRONG_SECRETS = 30;

const SIGN_IN_TABLES = ["SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs"];

/** Sign-ins that failed because of the application's own secret, or because it is disabled: a row for each application and error. */
export function failedSignIns(clientIds: readonly string[]): string {
  const tables = SIGN_IN_TABLES.map((table) => `  (${table} | project TimeGenerated, AppId, ResultType)`);
  return [
    // A table that has never got a row may not be there.
    "union isfuzzy=true",
    tables.join(",\n"),
    `| where AppId in ${list(clientIds)}`,
    `| where ResultType in ${list([SECRET_EXPIRED, SECRET_WRONG, APPLICATION_DISABLED])}`,
    "| summarize Failures = count() by AppId, ResultType",
    `| where ResultType != ${literal(SECRET_WRONG)} or Failures >= ${MANY_WRONG_SECRETS}`,
  ].join("\n");
}
