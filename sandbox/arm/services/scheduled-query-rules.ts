import { ArmError, badRequest } from "../errors.ts";
import { isoDurationMinutes } from "../iso-duration.ts";
import type { StoredType } from "../resource-types.ts";

interface RuleProperties {
  scopes?: string[];
  severity?: number;
  evaluationFrequency?: string;
  windowSize?: string;
  muteActionsDuration?: string;
  autoMitigate?: boolean;
  criteria?: { allOf?: RuleCondition[] };
  [property: string]: unknown;
}

interface RuleCondition {
  dimensions?: unknown[];
  failingPeriods?: { numberOfEvaluationPeriods?: number; minFailingPeriodsToAlert?: number };
}

const HOUR = 60;
const DAY = 24 * HOUR;
/** In minutes. https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule */
const FREQUENCIES = [1, 5, 10, 15, 30, 45, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, 6 * HOUR, DAY];
const WINDOWS = [...FREQUENCIES, 2 * DAY];
const MUTES = WINDOWS.filter((minutes) => minutes >= 5);
const MOST_DIMENSIONS = 6;

/** https://learn.microsoft.com/rest/api/monitor/scheduled-query-rules */
export const scheduledQueryRules: StoredType = {
  kind: "stored",
  type: "Microsoft.Insights/scheduledQueryRules",
  tracked: true,
  systemData: true,
  write({ body, existing, context }) {
    const sent = (body.properties ?? {}) as RuleProperties;
    const violations = [...violationsOf(sent)];
    if (violations.length > 0) throw badRequest(violations.join(" "));
    if (existing !== undefined && !sameScopes(sent.scopes, existing.properties.scopes)) {
      throw new ArmError(400, "BadRequest", "Scope can not be updated");
    }
    return {
      properties: {
        enabled: true,
        autoMitigate: true,
        ...sent,
        createdWithApiVersion: existing?.properties.createdWithApiVersion ?? "2025-01-01-preview",
        isLegacyLogAnalyticsRule: false,
        isWorkspaceAlertsStorageConfigured: false,
      },
      extra: { kind: body.kind ?? "LogAlert", etag: `"${context.randomness.uuid()}"` },
    };
  },
};

function* violationsOf(rule: RuleProperties): Generator<string> {
  const { scopes, severity, evaluationFrequency, windowSize, muteActionsDuration, criteria } = rule;
  if (!scopes?.length) yield "A rule has at least one scope.";
  if (severity !== undefined && (!Number.isInteger(severity) || severity < 0 || severity > 4)) {
    yield `Severity is ${severity}; allowed are 0 to 4.`;
  }
  yield* mustBeOneOf("EvaluationFrequency", evaluationFrequency, FREQUENCIES);
  yield* mustBeOneOf("WindowSize", windowSize, WINDOWS);
  if (muteActionsDuration !== undefined) {
    yield* mustBeOneOf("MuteActionsDuration", muteActionsDuration, MUTES);
    if (rule.autoMitigate !== false) yield "A rule with AutoMitigate cannot have a MuteActionsDuration.";
  }
  const frequency = isoDurationMinutes(evaluationFrequency) ?? 0;
  const window = isoDurationMinutes(windowSize) ?? 0;
  if (frequency === 1 && window > 6 * HOUR)
    yield "A rule that is evaluated every minute has a WindowSize of at most PT6H.";
  if (!criteria?.allOf?.length) yield "A rule has at least one condition.";
  for (const { dimensions, failingPeriods } of criteria?.allOf ?? []) {
    const periods = failingPeriods?.numberOfEvaluationPeriods ?? 1;
    if (window > 0 && frequency > window * periods) {
      yield `EvaluationFrequency is ${evaluationFrequency}: more than WindowSize times the evaluation periods.`;
    }
    if ((failingPeriods?.minFailingPeriodsToAlert ?? 1) > periods) {
      yield "MinFailingPeriodsToAlert is more than NumberOfEvaluationPeriods.";
    }
    if ((dimensions?.length ?? 0) > MOST_DIMENSIONS)
      yield `A condition has at most ${MOST_DIMENSIONS} dimensions.`;
  }
}

function* mustBeOneOf(what: string, text: string | undefined, allowed: readonly number[]): Generator<string> {
  const minutes = isoDurationMinutes(text);
  if (minutes === undefined || !allowed.includes(minutes)) {
    yield `${what} of ${text ?? "nothing"} is not supported. Supported values are, in minutes: ${allowed.join(", ")}.`;
  }
}

function sameScopes(sent: string[] | undefined, before: unknown): boolean {
  return JSON.stringify(sent?.map(lower)) === JSON.stringify((before as string[] | undefined)?.map(lower));
}

const lower = (text: string) => text.toLowerCase();
