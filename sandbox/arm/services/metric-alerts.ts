import { isoSeconds } from "../../iso-time.ts";
import { badRequest } from "../errors.ts";
import { isoDurationMinutes } from "../iso-duration.ts";
import type { StoredType } from "../resource-types.ts";

interface AlertProperties {
  scopes?: string[];
  severity?: number;
  evaluationFrequency?: string;
  windowSize?: string;
  criteria?: { allOf?: { criterionType?: string; timeAggregation?: string }[] };
  [property: string]: unknown;
}

/** In minutes. https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-metric-alert-rule */
const FREQUENCIES = [1, 5, 15, 30, 60];
const WINDOWS = [1, 5, 15, 30, 60, 360, 720, 1440];
const AGGREGATIONS = ["Average", "Minimum", "Maximum", "Total", "Count"];
const MOST_CONDITIONS = 5;

/** https://learn.microsoft.com/rest/api/monitor/metric-alerts */
export const metricAlerts: StoredType = {
  kind: "stored",
  type: "Microsoft.Insights/metricAlerts",
  tracked: true,
  write({ body, context }) {
    const sent = (body.properties ?? {}) as AlertProperties;
    const violations = [...violationsOf(sent)];
    if (violations.length > 0) throw badRequest(violations.join(" "));
    return {
      properties: {
        autoMitigate: true,
        ...sent,
        isMigrated: false,
        lastUpdatedTime: isoSeconds(context.nowMs),
      },
    };
  },
};

function* violationsOf({
  scopes,
  severity,
  evaluationFrequency,
  windowSize,
  criteria,
}: AlertProperties): Generator<string> {
  if (!scopes?.length) yield "An alert has at least one scope.";
  if (!Number.isInteger(severity) || Number(severity) < 0 || Number(severity) > 4) {
    yield `Severity is ${severity}; allowed are 0 to 4.`;
  }
  const frequency = isoDurationMinutes(evaluationFrequency);
  if (frequency === undefined || !FREQUENCIES.includes(frequency)) {
    yield `EvaluationFrequency is ${evaluationFrequency}; allowed are, in minutes: ${FREQUENCIES.join(", ")}.`;
  }
  const window = isoDurationMinutes(windowSize);
  if (window === undefined || !WINDOWS.includes(window)) {
    yield `WindowSize is ${windowSize}; allowed are, in minutes: ${WINDOWS.join(", ")}.`;
  } else if (frequency !== undefined && frequency > window) {
    yield `EvaluationFrequency ${evaluationFrequency} is more than WindowSize ${windowSize}.`;
  }
  const conditions = criteria?.allOf ?? [];
  if (conditions.length > MOST_CONDITIONS) yield `An alert has at most ${MOST_CONDITIONS} conditions.`;
  for (const { timeAggregation } of conditions) {
    if (!AGGREGATIONS.includes(timeAggregation ?? "")) {
      yield `TimeAggregation is ${timeAggregation}; allowed are ${AGGREGATIONS.join(", ")}.`;
    }
  }
}
