import { isWithin } from "../arm/resource-id.ts";
import type { State } from "../state.ts";
import { notify } from "./action-group.ts";
import { type Alert, alertId, recordAlert } from "./alert.ts";
import { deterministicId } from "./deterministic-id.ts";
import { type Criterion, type MetricRule, metricRules } from "./metric-rule.ts";
import { aggregate, MINUTE_MS } from "./metrics.ts";
import type { EventsState, MetricSeries } from "./state.ts";
import { meets } from "./threshold.ts";

/** https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview#stateful-alerts */
const HEALTHY_EVALUATIONS_TO_RESOLVE = 3;
/** How soon a stateless alert speaks again: Azure says one to six minutes, or one to two periods if those are longer. */
const STATELESS_REPEAT_MS = 5 * MINUTE_MS;

/** Rules come and go: a new one is evaluated from now on. */
export function followMetricRules(state: State, events: EventsState): void {
  const { metricRules: memories } = events;
  const rules = metricRules(state);
  for (const { key } of rules) memories[key] ??= { evaluatedMs: state.clock.nowMs, series: {} };
  const known = new Set(rules.map(({ key }) => key));
  for (const key of Object.keys(memories)) if (!known.has(key)) delete memories[key];
}

/**
 * The next evaluation of a rule, up to `toMs`, that can change anything. Evaluations happen all the time,
 * but what they see changes only when a minute's values come into the window or leave it, or the rule
 * itself was changed; from there on, a resolution takes three of them.
 */
export function nextEvaluationMs(state: State, rule: MetricRule, toMs: number): number | undefined {
  const memory = state.events.metricRules[rule.key];
  if (memory === undefined || !rule.enabled) return undefined;
  const { frequencyMs, windowMs } = rule;
  let nextMs: number | undefined;
  const consider = (changeMs: number) => {
    const firstMs = Math.ceil(changeMs / frequencyMs) * frequencyMs;
    for (let n = 0; n < HEALTHY_EVALUATIONS_TO_RESOLVE; n++) {
      const atMs = firstMs + n * frequencyMs;
      if (atMs > memory.evaluatedMs && atMs <= toMs && (nextMs === undefined || atMs < nextMs)) nextMs = atMs;
    }
  };
  consider(rule.updatedMs);
  for (const series of watchedSeries(state, rule)) {
    for (const { atMs } of series.minutes) {
      consider(atMs + MINUTE_MS);
      consider(atMs + MINUTE_MS + windowMs);
    }
  }
  if (!rule.autoMitigate) {
    for (const { notifiedMs } of Object.values(memory.series)) consider(notifiedMs + repeatMs(rule));
  }
  return nextMs;
}

function repeatMs({ frequencyMs }: MetricRule): number {
  return Math.max(frequencyMs, STATELESS_REPEAT_MS);
}

/** Evaluates a rule at `atMs`: alerts fire and are resolved, which is noted in `events`. */
export function evaluate(state: State, events: EventsState, rule: MetricRule, atMs: number): void {
  const memory = events.metricRules[rule.key];
  if (memory === undefined) return;
  memory.evaluatedMs = atMs;
  for (const group of groupsOf(rule, watchedSeries(state, rule))) {
    const values = rule.criteria.map((criterion) => ({
      criterion,
      value: measuredValue(rule, criterion, group, atMs),
    }));
    // A silent metric says neither that all is well nor that it is not.
    if (values.some(({ value }) => value === null)) continue;
    const met = values.every(({ criterion, value }) => meets(criterion, value ?? 0));
    const firing = memory.series[group.key];
    if (met && (firing === undefined || isRepeatDue(rule, firing.notifiedMs, atMs))) {
      const id = deterministicId("metric alert", rule.key, group.key, atMs);
      memory.series[group.key] = { alertId: id, notifiedMs: atMs, healthyEvaluations: 0 };
      raise(state, events, rule, group, { id, condition: "Fired", firedMs: atMs, atMs }, values);
    } else if (met && firing !== undefined) {
      firing.healthyEvaluations = 0;
    } else if (firing !== undefined) {
      firing.healthyEvaluations += 1;
      if (!rule.autoMitigate) {
        delete memory.series[group.key];
      } else if (firing.healthyEvaluations >= HEALTHY_EVALUATIONS_TO_RESOLVE) {
        delete memory.series[group.key];
        const { alertId: id, notifiedMs: firedMs } = firing;
        raise(state, events, rule, group, { id, condition: "Resolved", firedMs, atMs }, values);
      }
    }
  }
}

function isRepeatDue(rule: MetricRule, notifiedMs: number, atMs: number): boolean {
  return !rule.autoMitigate && atMs >= notifiedMs + repeatMs(rule);
}

/** What a rule judges by itself: one resource, one combination of the dimension values that it tells apart. */
interface Group {
  key: string;
  resourceId: string;
  dimensions: Record<string, string>;
  series: MetricSeries[];
}

function watchedSeries(state: State, { scopes, criteria }: MetricRule): MetricSeries[] {
  return Object.values(state.events.metrics).filter(
    (series) =>
      scopes.some((scope) => isWithin(series.resourceId, scope)) &&
      criteria.some((criterion) => isAbout(criterion, series)),
  );
}

function isAbout({ metricName, metricNamespace }: Criterion, { name, namespace }: MetricSeries): boolean {
  return (
    name.toLowerCase() === metricName.toLowerCase() &&
    (!metricNamespace || !namespace || metricNamespace.toLowerCase() === namespace.toLowerCase())
  );
}

function groupsOf({ criteria }: MetricRule, series: readonly MetricSeries[]): Group[] {
  const names = [
    ...new Set(criteria.flatMap(({ dimensions }) => (dimensions ?? []).map(({ name }) => name))),
  ];
  const groups = new Map<string, Group>();
  for (const each of series) {
    const dimensions = Object.fromEntries(
      names.flatMap((name) => {
        const value = each.dimensions[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const key = JSON.stringify([each.resourceId.toLowerCase(), dimensions]);
    const group = groups.get(key) ?? { key, resourceId: each.resourceId, dimensions, series: [] };
    group.series.push(each);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function measuredValue(rule: MetricRule, criterion: Criterion, group: Group, atMs: number): number | null {
  const chosen = (criterion.dimensions ?? []).every(({ name, operator, values }) => {
    const value = group.dimensions[name];
    const listed = value !== undefined && (values.includes("*") || values.includes(value));
    return operator === "Include" ? listed : value !== undefined && !listed;
  });
  if (!chosen) return null;
  const series = group.series.filter((each) => isAbout(criterion, each));
  return aggregate(series, criterion.timeAggregation, atMs - rule.windowMs, atMs);
}

function raise(
  state: State,
  events: EventsState,
  rule: MetricRule,
  group: Group,
  { id, ...moment }: Pick<Alert, "id" | "condition" | "firedMs" | "atMs">,
  values: readonly { criterion: Criterion; value: number | null }[],
): void {
  const facts = values.map(
    ({ criterion, value }) =>
      `${criterion.timeAggregation} of ${criterion.metricName} is ${value} (${criterion.operator} ${criterion.threshold})`,
  );
  const alert: Alert = {
    id: alertId(state.arm.subscriptionId, id),
    ...moment,
    rule: rule.name,
    severity: rule.severity,
    signal: "Metric",
    target: group.resourceId,
    description: rule.description,
    text: [rule.description, ...facts].filter((line) => line !== "").join("\n"),
    context: {
      conditionType: "MultipleResourceMultipleMetricCriteria",
      condition: {
        windowSize: `PT${rule.windowMs / MINUTE_MS}M`,
        allOf: values.map(({ criterion, value }) => ({
          metricName: criterion.metricName,
          metricNamespace: criterion.metricNamespace ?? null,
          operator: criterion.operator,
          threshold: String(criterion.threshold),
          timeAggregation: criterion.timeAggregation,
          dimensions: Object.entries(group.dimensions).map(([name, value]) => ({ name, value })),
          metricValue: value,
        })),
      },
    },
  };
  recordAlert(events, alert);
  notify(state, events, alert, rule.actionGroups);
}
