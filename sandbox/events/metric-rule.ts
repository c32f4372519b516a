import { z } from "zod";
import { isoDurationMinutes } from "../arm/iso-duration.ts";
import { resourceKey } from "../arm/resource-id.ts";
import type { ArmResource, ArmState } from "../arm/state.ts";
import type { State } from "../state.ts";
import { MINUTE_MS } from "./metrics.ts";
import { THRESHOLD_OPERATORS } from "./threshold.ts";

export const METRIC_ALERT_TYPE = "Microsoft.Insights/metricAlerts";

/** A rule's window or frequency, in milliseconds. */
export const isoDuration = z.string().transform((text, context) => {
  const minutes = isoDurationMinutes(text);
  if (minutes !== undefined && minutes >= 1) return minutes * MINUTE_MS;
  context.addIssue({ code: "custom", message: "not an ISO 8601 duration of a minute or more" });
  return z.NEVER;
});

const criterion = z.object({
  name: z.string(),
  criterionType: z.literal("StaticThresholdCriterion").nullish(),
  metricName: z.string(),
  metricNamespace: z.string().nullish(),
  operator: z.enum(THRESHOLD_OPERATORS),
  threshold: z.number(),
  timeAggregation: z.enum(["Average", "Minimum", "Maximum", "Total", "Count"]),
  dimensions: z
    .array(
      z.object({ name: z.string(), operator: z.enum(["Include", "Exclude"]), values: z.array(z.string()) }),
    )
    .nullish(),
});

const metricRuleForm = z.object({
  description: z.string().nullish(),
  severity: z.number(),
  enabled: z.boolean(),
  scopes: z.array(z.string()),
  evaluationFrequency: isoDuration,
  windowSize: isoDuration,
  criteria: z.object({
    "odata.type": z.enum([
      "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
      "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria",
    ]),
    allOf: z.array(criterion).min(1),
  }),
  autoMitigate: z.boolean().nullish(),
  actions: z.array(z.object({ actionGroupId: z.string().nullish() })).nullish(),
});

export type Criterion = z.output<typeof criterion>;

/** A metric alert rule with static thresholds, as it was declared. */
export interface MetricRule {
  /** The resource's key in the state. */
  key: string;
  id: string;
  name: string;
  description: string;
  severity: string;
  enabled: boolean;
  scopes: string[];
  frequencyMs: number;
  windowMs: number;
  criteria: Criterion[];
  /** Whether the alert stays one alert until it is resolved; if not, it fires again and again. */
  autoMitigate: boolean;
  actionGroups: string[];
  updatedMs: number;
}

/** By the resources that they were read from, which never change. */
const known = new WeakMap<ArmState["resources"], MetricRule[]>();

/** Every metric alert rule that the sandbox can evaluate. For a state, not for a draft of one. */
export function metricRules({ arm }: State): MetricRule[] {
  const found = known.get(arm.resources) ?? readRules(arm);
  known.set(arm.resources, found);
  return found;
}

function readRules({ resources }: ArmState): MetricRule[] {
  return Object.values(resources).flatMap((resource) => {
    const form =
      resource.type === METRIC_ALERT_TYPE ? metricRuleForm.safeParse(resource.properties) : undefined;
    return form?.success ? [metricRule(resource, form.data)] : [];
  });
}

/** Metric alert rules that are stored and never evaluated (dynamic thresholds, web tests), with the reason. */
export function metricRulesNotEvaluated({ arm }: State): { id: string; why: string }[] {
  return Object.values(arm.resources)
    .filter(
      ({ type, properties }) => type === METRIC_ALERT_TYPE && !metricRuleForm.safeParse(properties).success,
    )
    .map(({ id }) => ({ id, why: "not a rule of static thresholds over metrics" }));
}

function metricRule(resource: ArmResource, form: z.output<typeof metricRuleForm>): MetricRule {
  return {
    key: resourceKey(resource.id),
    id: resource.id,
    name: resource.name,
    description: form.description ?? "",
    severity: `Sev${form.severity}`,
    enabled: form.enabled,
    scopes: form.scopes,
    frequencyMs: form.evaluationFrequency,
    windowMs: form.windowSize,
    criteria: form.criteria.allOf,
    autoMitigate: form.autoMitigate ?? true,
    actionGroups: (form.actions ?? []).flatMap(({ actionGroupId }) => actionGroupId ?? []),
    updatedMs: Date.parse(resource.updatedAt),
  };
}
