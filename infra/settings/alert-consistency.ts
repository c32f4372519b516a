import type { Severity } from "../alerts/severity.ts";
import { DAY_MS, formatDuration, HOUR_MS } from "../duration.ts";
import type { Violation } from "./consistency.ts";
import type { AlertSettings, CredentialSettings } from "./schema.ts";

/** An action group takes so many of each (https://learn.microsoft.com/azure/azure-monitor/fundamentals/service-limits#action-groups). */
const MOST_RECEIVERS = { sms: 10, webhook: 10 } as const;

/**
 * Twice these are windows that a log rule may have, of which 2 days is the longest
 * (https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule).
 */
const RUN_INTERVALS_MS = [1, 2, 3, 12, 24].map((hours) => hours * HOUR_MS);

/** What a workspace can be set to (https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure). */
const RETENTION_DAYS = { least: 30, most: 730 } as const;

/** Permissions by which an application handles mail. */
const MAIL_PERMISSION = /^(Mail|IMAP|POP|SMTP)\./;

/** What must hold between the settings of the alerts, and between them and the credentials. */
export function alertViolations(
  alerts: AlertSettings,
  credentials: readonly CredentialSettings[],
): Violation[] {
  return [
    ...receiverViolations(alerts),
    ...unheardSeverities(alerts),
    ...mailOnlyViolations(alerts, credentials),
    ...durationViolations(alerts),
  ];
}

function receiverViolations({ receivers }: AlertSettings): Violation[] {
  const violations: Violation[] = [];
  const seen = new Map<string, number>();
  receivers.forEach(({ name }, index) => {
    const first = seen.get(name);
    if (first !== undefined) {
      const message = `"${name}" is taken by alerts.receivers[${first}]: names must differ`;
      violations.push({ path: `alerts.receivers[${index}].name`, message });
    }
    seen.set(name, first ?? index);
  });
  for (const kind of ["sms", "webhook"] as const) {
    const count = receivers.filter((receiver) => receiver[kind] !== undefined).length;
    const most = MOST_RECEIVERS[kind];
    if (count > most) {
      const message = `has ${count} receivers by ${kind}, but Azure takes at most ${most}`;
      violations.push({ path: "alerts.receivers", message });
    }
  }
  return violations;
}

/** An audit tells of what ends in a month as information. */
function unheardSeverities({ receivers, auditInterval }: AlertSettings): Violation[] {
  const heard: Severity[] = ["critical", "warning"];
  if (auditInterval !== undefined) heard.push("info");
  return heard
    .filter((severity) => !receivers.some(({ severities }) => severities.includes(severity)))
    .map((severity) => ({
      path: "alerts.receivers",
      message: `has nobody who is told of ${severity} alerts: add "${severity}" to a receiver's severities`,
    }));
}

/**
 * An alert must not travel only by the mail that it is about. Warnings are most of them: that a secret is near its
 * end, that nothing rotates.
 */
function mailOnlyViolations(
  { receivers }: AlertSettings,
  credentials: readonly CredentialSettings[],
): Violation[] {
  const mail = credentials.filter(servesMail).map(({ name }) => name);
  if (mail.length === 0) return [];
  const onlyByMail = (["critical", "warning"] as const).filter((severity) => {
    const told = receivers.filter(({ severities }) => severities.includes(severity));
    return told.length > 0 && told.every(({ email }) => email !== undefined);
  });
  if (onlyByMail.length === 0) return [];
  return [
    {
      path: "alerts.receivers",
      message:
        `has only e-mail for ${onlyByMail.join(" and ")} alerts, but mail depends on ${mail.join(", ")}: ` +
        "when that credential fails, mail may be what fails; add a receiver with sms or webhook",
    },
  ];
}

/** The permissions of an application that exists already are not known here: it may well serve mail. */
function servesMail({ application }: CredentialSettings): boolean {
  if ("clientId" in application) return true;
  const { delegated, application: own } = application.permissions;
  return [...delegated, ...own].some((permission) => MAIL_PERMISSION.test(permission));
}

function durationViolations({ runInterval, auditInterval, retention }: AlertSettings): Violation[] {
  const violations: Violation[] = [];
  for (const [name, interval] of Object.entries({ runInterval, auditInterval })) {
    if (interval === undefined || RUN_INTERVALS_MS.includes(interval)) continue;
    const allowed = RUN_INTERVALS_MS.map((ms) => formatDuration(ms)).join(", ");
    const message = `must be one of ${allowed} (is ${formatDuration(interval)})`;
    violations.push({ path: `alerts.${name}`, message });
  }
  const days = retention / DAY_MS;
  const { least, most } = RETENTION_DAYS;
  if (!Number.isInteger(days) || days < least || days > most) {
    const message = `must be ${least} to ${most} whole days (is ${formatDuration(retention)})`;
    violations.push({ path: "alerts.retention", message });
  }
  return violations;
}
