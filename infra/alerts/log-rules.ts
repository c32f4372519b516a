import * as pulumi from "@pulumi/pulumi";
import { DAY_MS, formatDuration, HOUR_MS } from "../duration.ts";
import type { AlertSettings } from "../settings/schema.ts";
import {
  auditedTiers,
  completeAudits,
  failedSignIns,
  secretsTouchedByPeople,
  succeededRuns,
  type VerificationTimes,
} from "./queries.ts";
import { type Severity, severities } from "./severity.ts";

/** A rule that runs a query over the workspace's logs and compares a column of the result. */
export interface LogRule {
  /** Ends the resource's name and the rule's. */
  suffix: string;
  title: string;
  description: string;
  severity: Severity;
  query: pulumi.Input<string>;
  /** How far back the query looks, and how often it runs: ISO 8601. */
  window: string;
  frequency: string;
  /**
   * After what time people are told again of what still is so: ISO 8601, at most a day. Default: they are told once,
   * and once more when it is over.
   */
  repeat?: string;
  condition: {
    /** The column. */
    measure: string;
    operator: "GreaterThan" | "LessThan";
    threshold: number;
    /** An alert of its own for each value of these. */
    dimensions: string[];
  };
}

export interface LogRulesArgs {
  settings: AlertSettings;
  stack: string;
  clientIds: pulumi.Input<string>[];
  verification: VerificationTimes;
}

/** The rules that the settings ask for. */
export function logRules(args: LogRulesArgs): LogRule[] {
  const { settings, stack } = args;
  const { auditInterval } = settings;
  return [
    rotationStopped(settings, stack),
    peopleInVault(settings),
    ...(settings.signInLogs ? [signInsRefused(args)] : []),
    ...(auditInterval === undefined
      ? []
      : [
          auditStopped(settings, auditInterval, stack),
          ...severities.map((severity) => auditFound(settings, severity, stack)),
        ]),
  ];
}

/** As Azure spells it: whole hours or days. */
function isoDuration(durationMs: number): string {
  return durationMs % DAY_MS === 0 ? `P${durationMs / DAY_MS}D` : `PT${durationMs / HOUR_MS}H`;
}

/** A dead man's switch: silence for two intervals is what it hears. */
function stopped(
  interval: number,
  rule: Pick<LogRule, "suffix" | "title" | "query"> & { silence: string; runbook: string },
): LogRule {
  const { suffix, title, query, silence, runbook } = rule;
  return {
    ...{ suffix, title, query },
    description: `${silence} for ${formatDuration(2 * interval)}. What to do: ${runbook}`,
    severity: "warning",
    window: isoDuration(2 * interval),
    frequency: "PT1H",
    condition: { measure: "runs", operator: "LessThan", threshold: 1, dimensions: [] },
  };
}

function rotationStopped({ runbooks, runInterval }: AlertSettings, stack: string): LogRule {
  return stopped(runInterval, {
    suffix: "rotation-stopped",
    title: `Nothing rotates the credentials of ${stack} any more`,
    silence: "No run of the rotation pipeline has succeeded",
    runbook: `${runbooks}/failed-rotation.md`,
    query: succeededRuns(stack),
  });
}

/** The audit would otherwise end in peace and quiet. */
function auditStopped({ runbooks }: AlertSettings, interval: number, stack: string): LogRule {
  return stopped(interval, {
    suffix: "audit-stopped",
    title: "Nobody looks for secrets that are about to expire any more",
    silence: `No audit for stack ${stack} could read everything`,
    runbook: `${runbooks}/audit-stopped.md`,
    query: completeAudits(stack),
  });
}

const AUDIT_TITLES: Readonly<Record<Severity, string>> = {
  critical: "A credential of the tenant has expired or expires within a day",
  warning: "A credential of the tenant expires within two weeks",
  info: "A credential of the tenant expires soon, or expired long ago",
};

/** What the daily audit found, told daily until it is solved: the window holds one run of it. */
function auditFound({ runbooks }: AlertSettings, severity: Severity, stack: string): LogRule {
  return {
    suffix: `audit-${severity}`,
    title: AUDIT_TITLES[severity],
    description:
      "The audit of the tenant found it; which ones they are stands in its report and in the tier's issue. " +
      `What to do: ${runbooks}/expiring-credential.md`,
    severity,
    query: auditedTiers(stack, severity),
    window: "P1D",
    frequency: "PT1H",
    repeat: "P1D",
    condition: { measure: "Findings", operator: "GreaterThan", threshold: 0, dimensions: ["Tier"] },
  };
}

/** An audit trail that speaks up. The window is longer than the pause, since logs arrive late: up to 10 minutes. */
function peopleInVault({ runbooks }: AlertSettings): LogRule {
  return {
    suffix: "people-in-vault",
    title: "A person read or changed a secret in the vault",
    description:
      "Services read the vault's secrets and the pipeline writes them; people hardly ever have to. " +
      `If nobody of the team knows why: ${runbooks}/leaked-secret.md`,
    severity: "info",
    query: secretsTouchedByPeople(),
    window: "PT30M",
    frequency: "PT15M",
    condition: {
      measure: "Operations",
      operator: "GreaterThan",
      threshold: 0,
      dimensions: ["Person", "Secret", "OperationName"],
    },
  };
}

/**
 * Sign-in logs arrive within minutes as a rule, and half an hour late at times: the window is much longer than the
 * pause, so that a late row is still seen
 * (https://learn.microsoft.com/entra/identity/monitoring-health/reference-log-latency names no upper bound).
 */
function signInsRefused({ settings: { runbooks }, clientIds, verification }: LogRulesArgs): LogRule {
  return {
    suffix: "sign-ins-refused",
    title: "Entra refuses the sign-ins of a managed application",
    description:
      "Its secret has expired (7000222) or is wrong (7000215), or the application is disabled (7000112). " +
      `What to do: ${runbooks}/expired-secret.md`,
    severity: "critical",
    query: pulumi.all(clientIds).apply((ids) => failedSignIns(ids, verification)),
    window: "PT1H",
    frequency: "PT5M",
    condition: {
      measure: "Failures",
      operator: "GreaterThan",
      threshold: 0,
      dimensions: ["AppId", "ResultType"],
    },
  };
}

/** How a rule is evaluated, as Azure has it. */
export function evaluationOf({ window, frequency, query, condition, repeat }: LogRule) {
  const { measure, operator, threshold, dimensions } = condition;
  return {
    evaluationFrequency: frequency,
    windowSize: window,
    // What is told again is not resolved by itself: Azure takes either the one or the other.
    autoMitigate: repeat === undefined,
    ...(repeat === undefined ? {} : { muteActionsDuration: repeat }),
    criteria: {
      allOf: [
        {
          criterionType: "StaticThresholdCriterion",
          query,
          timeAggregation: "Total",
          metricMeasureColumn: measure,
          operator,
          threshold,
          dimensions: dimensions.map((column) => ({ name: column, operator: "Include", values: ["*"] })),
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
        },
      ],
    },
  };
}
