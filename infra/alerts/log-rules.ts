import * as pulumi from "@pulumi/pulumi";
import { DAY_MS, formatDuration, HOUR_MS } from "../duration.ts";
import type { AlertSettings } from "../settings/schema.ts";
import { failedSignIns, secretsTouchedByPeople, succeededRuns } from "./queries.ts";
import type { Severity } from "./severity.ts";

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
  condition: {
    /** The column. */
    measure: string;
    operator: "GreaterThan" | "LessThan";
    threshold: number;
    /** An alert of its own for each value of these. */
    dimensions: string[];
  };
}

/** The rules that the settings ask for. */
export function logRules(
  settings: AlertSettings,
  stack: string,
  clientIds: pulumi.Input<string>[],
): LogRule[] {
  const rules = [rotationStopped(settings, stack), peopleInVault(settings)];
  return settings.signInLogs ? [...rules, signInsRefused(settings, clientIds)] : rules;
}

/** As Azure spells it: whole hours or days. */
function isoDuration(durationMs: number): string {
  return durationMs % DAY_MS === 0 ? `P${durationMs / DAY_MS}D` : `PT${durationMs / HOUR_MS}H`;
}

/** The dead man's switch: silence is what it hears. */
function rotationStopped({ runbooks, runInterval }: AlertSettings, stack: string): LogRule {
  return {
    suffix: "rotation-stopped",
    title: `Nothing rotates the credentials of ${stack} any more`,
    description:
      `No run of the rotation pipeline has succeeded for ${formatDuration(2 * runInterval)}. ` +
      `What to do: ${runbooks}/failed-rotation.md`,
    severity: "warning",
    query: succeededRuns(stack),
    window: isoDuration(2 * runInterval),
    frequency: "PT1H",
    condition: { measure: "runs", operator: "LessThan", threshold: 1, dimensions: [] },
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

function signInsRefused({ runbooks }: AlertSettings, clientIds: pulumi.Input<string>[]): LogRule {
  return {
    suffix: "sign-ins-refused",
    title: "Entra refuses the sign-ins of a managed application",
    description:
      "Its secret has expired (7000222) or is wrong (7000215), or the application is disabled (7000112). " +
      `What to do: ${runbooks}/expired-secret.md`,
    severity: "critical",
    query: pulumi.all(clientIds).apply(failedSignIns),
    window: "PT15M",
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
export function evaluationOf({ window, frequency, query, condition }: LogRule) {
  const { measure, operator, threshold, dimensions } = condition;
  return {
    evaluationFrequency: frequency,
    windowSize: window,
    autoMitigate: true,
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
