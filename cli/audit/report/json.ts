import type { AuditResult } from "../audit.ts";
import { CATALOGUE, describe, titleOf } from "../findings/catalogue.ts";
import type { Finding } from "../findings/finding.ts";
import type { Owner } from "../graph/owners.ts";
import { formatDay, formatMoment } from "../graph-time.ts";
import { recipientsOf, type TierNotice } from "../notices.ts";
import { helpLink, runbookLink } from "./links.ts";
import { renderTierBody } from "./markdown.ts";
import { countBySeverity } from "./summary.ts";

export interface JsonArgs {
  docsUrl: string;
  notices: readonly TierNotice[];
}

/** The document of `--json`. Fields are only ever added; `docs/audit.md` describes it. */
export function jsonReport(result: AuditResult, { docsUrl, notices }: JsonArgs) {
  const { nowMs } = result;
  return {
    schemaVersion: 1,
    command: "audit",
    tenant: result.tenant,
    graphUrl: result.graphUrl,
    auditedAt: formatMoment(nowMs),
    complete: result.complete,
    policy: {
      days: result.policy.days,
      tiers: result.policy.tiers,
      maxLifetimeDays: result.policy.maxLifetimeDays,
      unusedDays: result.policy.unusedDays,
    },
    read: result.read,
    summary: {
      findings: result.findings.length,
      accepted: result.accepted.length,
      ...countBySeverity(result),
    },
    findings: result.findings.map((finding) => jsonFinding(finding, result, docsUrl)),
    accepted: result.accepted.map(({ finding, reason, untilMs }) => ({
      finding: jsonFinding(finding, result, docsUrl),
      reason,
      until: formatMoment(untilMs),
    })),
    unmatchedAcceptances: result.unmatched.map(({ finding, reason, until }) => ({ finding, reason, until })),
    gaps: result.gaps,
    calendar: result.calendar.map(({ dayMs, credentials, names }) => ({
      day: formatDay(dayMs),
      credentials,
      applications: names,
    })),
    notices: notices.map((notice) => jsonNotice(notice, result, docsUrl)),
  };
}

export function renderJson(result: AuditResult, args: JsonArgs): string {
  return `${JSON.stringify(jsonReport(result, args), null, 2)}\n`;
}

function jsonFinding(finding: Finding, { nowMs, owners }: AuditResult, docsUrl: string) {
  const { credential, subject } = finding;
  return {
    id: finding.id,
    kind: finding.kind,
    severity: finding.severity,
    title: titleOf(finding),
    message: describe(finding, nowMs),
    advice: CATALOGUE[finding.kind].advice,
    help: helpLink(finding.kind, docsUrl),
    runbook: runbookLink(finding.kind, docsUrl) ?? null,
    subject: { type: subject.type, id: subject.id, name: subject.name, clientId: subject.appId ?? null },
    credential:
      credential === undefined
        ? null
        : {
            type: credential.type,
            keyId: credential.keyId,
            name: credential.name,
            start: moment(credential.startMs),
            end: moment(credential.endMs),
          },
    managedCredential: finding.managedCredential ?? null,
    stack: finding.stack ?? null,
    due: moment(finding.dueMs),
    tier: finding.tier ?? null,
    owners: ownersOf(finding, owners),
    facts: finding.facts,
  };
}

/** Null: not read. */
function ownersOf({ subject }: Finding, owners: AuditResult["owners"]): Owner[] | null {
  return owners?.get(subject.id) ?? null;
}

/**
 * What a scheduled run needs to tell people: a stable key for the tier's one issue, what it is to say, and
 * whom to write to.
 */
function jsonNotice({ tier, findings, due }: TierNotice, result: AuditResult, docsUrl: string) {
  return {
    tier,
    key: `keyturn-audit-tier-${tier}`,
    title: tierTitle(tier, findings.length),
    findings: findings.map(({ id }) => id),
    due: due.map(({ id }) => id),
    solved: findings.length === 0 && result.complete,
    recipients: recipientsOf(due, result.owners),
    body: renderTierBody({ tier, findings, due }, result, docsUrl),
  };
}

export function tierTitle(tier: number, findings: number): string {
  const things = `${findings} credential${findings === 1 ? "" : "s"}`;
  if (tier === 0) return `${things} expired`;
  return `${things} about to expire within ${tier} day${tier === 1 ? "" : "s"}`;
}

function moment(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : formatMoment(ms);
}
