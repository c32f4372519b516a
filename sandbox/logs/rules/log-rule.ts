import { z } from "zod";
import { parseResourceId, resourceKey } from "../../arm/resource-id.ts";
import type { ArmResource, ArmState } from "../../arm/state.ts";
import { isoDuration } from "../../events/metric-rule.ts";
import { THRESHOLD_OPERATORS } from "../../events/threshold.ts";
import type { State } from "../../state.ts";

export const LOG_ALERT_TYPE = "Microsoft.Insights/scheduledQueryRules";
const WORKSPACE_TYPE = "Microsoft.OperationalInsights/workspaces";

const condition = z.object({
  criterionType: z.literal("StaticThresholdCriterion").nullish(),
  query: z.string(),
  timeAggregation: z.enum(["Average", "Minimum", "Maximum", "Total", "Count"]),
  metricMeasureColumn: z.string().nullish(),
  resourceIdColumn: z.null().optional(),
  operator: z.enum(THRESHOLD_OPERATORS),
  threshold: z.number(),
  dimensions: z
    .array(
      z.object({ name: z.string(), operator: z.enum(["Include", "Exclude"]), values: z.array(z.string()) }),
    )
    .nullish(),
  failingPeriods: z
    .object({ numberOfEvaluationPeriods: z.number(), minFailingPeriodsToAlert: z.number() })
    .nullish(),
});

const logRuleForm = z.object({
  description: z.string().nullish(),
  severity: z.number(),
  enabled: z.boolean(),
  scopes: z.array(z.string()).min(1),
  evaluationFrequency: isoDuration,
  windowSize: isoDuration,
  overrideQueryTimeRange: z.null().optional(),
  autoMitigate: z.boolean().nullish(),
  muteActionsDuration: isoDuration.nullish(),
  criteria: z.object({ allOf: z.array(condition).length(1) }),
  actions: z.object({ actionGroups: z.array(z.string()).nullish() }).nullish(),
});

export type LogCondition = z.output<typeof condition>;

/** A log alert rule over workspaces, as it was declared. */
export interface LogRule {
  /** The resource's key in the state. */
  key: string;
  id: string;
  name: string;
  description: string;
  severity: string;
  enabled: boolean;
  /** Resource ids of workspaces. */
  workspaces: string[];
  frequencyMs: number;
  windowMs: number;
  condition: LogCondition;
  /** How many windows one after another are looked at, and how many of them have to meet the condition. */
  periods: number;
  failingPeriods: number;
  /** Whether the alert stays one alert until it is resolved; if not, it fires at each evaluation. */
  autoMitigate: boolean;
  /** How long an alert that fires at each evaluation keeps quiet after it was told of. */
  muteMs: number;
  actionGroups: string[];
  updatedMs: number;
}

interface ReadRules {
  rules: LogRule[];
  unreadable: { id: string; why: string }[];
}

/** By the resources that they were read from, which never change. */
const known = new WeakMap<ArmState["resources"], ReadRules>();

/** Every log alert rule that the sandbox can evaluate. For a state, not for a draft of one. */
export function logRules({ arm }: State): LogRule[] {
  return readRules(arm).rules;
}

/** Log alert rules that are stored and not evaluated, with the reason. */
export function logRulesNotEvaluated({ arm, logs }: State): { id: string; why: string }[] {
  const { rules, unreadable } = readRules(arm);
  const failed = rules.flatMap(({ key, id }) => {
    const error = logs.rules[key]?.error ?? null;
    return error === null ? [] : [{ id, why: error }];
  });
  return [...unreadable, ...failed];
}

function readRules(arm: ArmState): ReadRules {
  const before = known.get(arm.resources);
  if (before !== undefined) return before;
  const read: ReadRules = { rules: [], unreadable: [] };
  for (const resource of Object.values(arm.resources)) {
    if (resource.type !== LOG_ALERT_TYPE) continue;
    const form = logRuleForm.safeParse(resource.properties);
    const why = form.success
      ? problemWith(resource, form.data.scopes)
      : `what is not evaluated: ${[...new Set(form.error.issues.map(({ path }) => path.join(".")))].join(", ")}`;
    if (form.success && why === undefined) read.rules.push(logRule(resource, form.data));
    else read.unreadable.push({ id: resource.id, why: why ?? "" });
  }
  known.set(arm.resources, read);
  return read;
}

function problemWith({ extra }: ArmResource, scopes: readonly string[]): string | undefined {
  if (extra.kind !== undefined && extra.kind !== "LogAlert") return `its kind is ${extra.kind}`;
  const other = scopes.find(
    (scope) => parseResourceId(scope).type.toLowerCase() !== WORKSPACE_TYPE.toLowerCase(),
  );
  return other === undefined ? undefined : `its scope is no workspace: ${other}`;
}

function logRule(resource: ArmResource, form: z.output<typeof logRuleForm>): LogRule {
  const [only] = form.criteria.allOf;
  if (only === undefined) throw new RangeError("a rule without a condition");
  return {
    key: resourceKey(resource.id),
    id: resource.id,
    name: resource.name,
    description: form.description ?? "",
    severity: `Sev${form.severity}`,
    enabled: form.enabled,
    workspaces: form.scopes,
    frequencyMs: form.evaluationFrequency,
    windowMs: form.windowSize,
    condition: only,
    periods: only.failingPeriods?.numberOfEvaluationPeriods ?? 1,
    failingPeriods: only.failingPeriods?.minFailingPeriodsToAlert ?? 1,
    autoMitigate: form.autoMitigate ?? true,
    muteMs: form.muteActionsDuration ?? 0,
    actionGroups: form.actions?.actionGroups ?? [],
    updatedMs: Date.parse(resource.updatedAt),
  };
}
