import { MINUTE_MS } from "../duration.ts";
import { AUDIT_EVENT, AUDIT_TIER_EVENT, type AuditEvent } from "./audit-event.ts";
import { RUN_EVENT, type RunEvent } from "./run-event.ts";
import type { Severity } from "./severity.ts";

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

/**
 * Tables that have never got a row may be unknown to the workspace: Azure then refuses a rule over them, or the rule
 * errs at each evaluation instead of firing. A fuzzy union passes over them, and needs one operand that is there: an
 * empty one with the columns that the query names. Rules may use a union from a frequency of 5 minutes on
 * (https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-log-query#log-query-constraints).
 */
function rowsOf(columns: string, ...tables: string[]): string[] {
  return [
    "union isfuzzy=true",
    [`datatable(${columns})[]`, ...tables].map((table) => `  (${table})`).join(",\n"),
  ];
}

/** Custom events of the stack's own Application Insights component. */
function eventsOf(stack: string, name: string): string[] {
  return [
    ...rowsOf("TimeGenerated:datetime, Name:string, Properties:dynamic", "AppEvents"),
    `| where Name == ${literal(name)} and tostring(Properties.stack) == ${literal(stack)}`,
  ];
}

/** How many rotation runs of the stack succeeded: one row, with 0 if there were none. */
export function succeededRuns(stack: string): string {
  const succeeded: RunEvent["outcome"] = "succeeded";
  return [
    ...eventsOf(stack, RUN_EVENT),
    `| where tostring(Properties.outcome) == ${literal(succeeded)}`,
    "| summarize runs = count()",
  ].join("\n");
}

const COMPLETE: AuditEvent["complete"] = "true";

/** How many audits for the stack could read everything: one row, with 0 if there were none. */
export function completeAudits(stack: string): string {
  return [
    ...eventsOf(stack, AUDIT_EVENT),
    `| where tostring(Properties.complete) == ${literal(COMPLETE)}`,
    "| summarize runs = count()",
  ].join("\n");
}

/**
 * What the last audit found for those who want a severity: a row for each tier. An audit that could not read
 * everything says nothing by finding nothing: then the one before counts.
 */
export function auditedTiers(stack: string, severity: Severity): string {
  return [
    ...eventsOf(stack, AUDIT_TIER_EVENT),
    `| where tostring(Properties.severity) == ${literal(severity)}`,
    "| extend Days = toint(Properties.tier), Found = toint(Properties.findings)",
    `| where Found > 0 or tostring(Properties.complete) == ${literal(COMPLETE)}`,
    "| summarize arg_max(TimeGenerated, Found) by Days",
    '| project Tier = iff(Days == 0, "expired", strcat("within ", tostring(Days), iff(Days == 1, " day", " days"))), Findings = Found',
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
    ...rowsOf(
      "TimeGenerated:datetime, OperationName:string, Identity:dynamic, RequestUri:string",
      "AZKVAuditLogs",
    ),
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

const SIGN_IN_TABLES = ["SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs"];

/** How the proof of a new secret asks, in milliseconds: so long at most, and so often. */
export interface VerificationTimes {
  window: number;
  pause: number;
}

/** What one proof of a new secret causes by itself, since not all of Entra's replicas know it at once. */
export function mostRefusalsOfOneProof({ window, pause }: VerificationTimes): number {
  return Math.ceil(window / Math.max(pause, 1)) + 1;
}

/**
 * Sign-ins that failed because of the application's own secret, or because it is disabled: a row for each application
 * and error. A wrong secret counts once it has been refused for longer, or oftener, than the proof of a new one can
 * explain: a service that backs off asks seldom, and goes on for as long as it is refused.
 */
export function failedSignIns(clientIds: readonly string[], verification: VerificationTimes): string {
  const seconds = Math.ceil(Math.max(verification.window, MINUTE_MS) / 1000);
  return [
    ...rowsOf(
      "TimeGenerated:datetime, AppId:string, ResultType:string",
      ...SIGN_IN_TABLES.map((table) => `${table} | project TimeGenerated, AppId, ResultType`),
    ),
    `| where AppId in ${list(clientIds)}`,
    `| where ResultType in ${list([SECRET_EXPIRED, SECRET_WRONG, APPLICATION_DISABLED])}`,
    "| summarize Failures = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by AppId, ResultType",
    `| where ResultType != ${literal(SECRET_WRONG)} or Last - First > ${seconds}s or Failures > ${mostRefusalsOfOneProof(verification)}`,
    "| project AppId, ResultType, Failures",
  ].join("\n");
}
