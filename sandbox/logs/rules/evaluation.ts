import { notify } from "../../events/action-group.ts";
import { type Alert, alertId, recordAlert } from "../../events/alert.ts";
import { deterministicId } from "../../events/deterministic-id.ts";
import { meets } from "../../events/threshold.ts";
import type { State } from "../../state.ts";
import { KqlError } from "../kql/errors.ts";
import { arrivalMs, type FiringLogAlert, type LogRuleMemory } from "../state.ts";
import { type LogRule, logRules } from "./log-rule.ts";
import { type Measured, measure, watchedRows } from "./measure.ts";

const MINUTE_MS = 60_000;

/** Rules come and go: a new one is evaluated from now on. */
export function followLogRules(state: State, draft: State): void {
  const memories = draft.logs.rules;
  const rules = logRules(state);
  for (const { key } of rules) memories[key] ??= { evaluatedMs: state.clock.nowMs, firing: {}, error: null };
  const known = new Set(rules.map(({ key }) => key));
  for (const key of Object.keys(memories)) if (!known.has(key)) delete memories[key];
}

/**
 * How many evaluations in a row find the condition not met before the alert is resolved.
 * @see https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview#stateful-alerts
 */
function healthyEvaluationsToResolve(frequencyMs: number): number {
  if (frequencyMs < 5 * MINUTE_MS) return 10;
  if (frequencyMs <= 15 * MINUTE_MS) return 3;
  return frequencyMs <= 11 * 60 * MINUTE_MS ? 2 : 1;
}

/** A query that asks for the time may give something else at each evaluation. */
const ASKS_FOR_TIME = /\b(ago|now)\s*\(/i;

/**
 * The next evaluation of a rule, up to `toMs`, that can change anything. A rule is evaluated at the multiples of its
 * frequency; what it sees changes when a row arrives, comes into a window or leaves it, or when the rule itself was changed.
 */
export function nextLogEvaluationMs(state: State, rule: LogRule, toMs: number): number | undefined {
  const memory = state.logs.rules[rule.key];
  if (memory === undefined || !rule.enabled) return undefined;
  const { frequencyMs, windowMs, periods, condition } = rule;
  const soonestMs = nextTickMs(memory.evaluatedMs, frequencyMs);
  if (soonestMs > toMs) return undefined;
  const speaksAgain = !rule.autoMitigate && Object.keys(memory.firing).length > 0;
  if (ASKS_FOR_TIME.test(condition.query) || speaksAgain) return soonestMs;
  const following = healthyEvaluationsToResolve(frequencyMs);
  let nextMs: number | undefined;
  const consider = (changeMs: number) => {
    const firstMs = nextTickMs(changeMs, frequencyMs);
    const lastMs = firstMs + (following - 1) * frequencyMs;
    const atMs = Math.max(firstMs, soonestMs);
    if (atMs <= lastMs && atMs <= toMs && (nextMs === undefined || atMs < nextMs)) nextMs = atMs;
  };
  consider(rule.updatedMs);
  for (const [, rows] of watchedRows(state.logs, rule)) {
    for (const row of rows) {
      consider(arrivalMs(row));
      for (let period = 0; period <= periods; period++) consider(row.TimeGenerated + period * windowMs);
    }
  }
  return nextMs;
}

/** The first multiple of `frequencyMs` after `ms`. */
function nextTickMs(ms: number, frequencyMs: number): number {
  return (Math.floor(ms / frequencyMs) + 1) * frequencyMs;
}

/** Evaluates a rule at `atMs`: alerts fire and are resolved, which is noted in `draft`. */
export function evaluateLogRule(state: State, draft: State, rule: LogRule, atMs: number): void {
  const memory = draft.logs.rules[rule.key];
  if (memory === undefined) return;
  memory.evaluatedMs = atMs;
  let windows: Measured[][];
  try {
    windows = Array.from({ length: rule.periods }, (_, period) =>
      measure(state.logs, rule, atMs - period * rule.windowMs, atMs),
    );
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    memory.error = error.message;
    return;
  }
  memory.error = null;
  const failing = failingGroups(rule, windows);
  for (const [key, group] of failing) {
    const before = memory.firing[key];
    if (before !== undefined) before.healthyEvaluations = 0;
    if (before !== undefined && !isTimeToRepeat(rule, before, atMs)) continue;
    const id = deterministicId("log alert", rule.key, key, atMs);
    memory.firing[key] = { alertId: id, firedMs: atMs, notifiedMs: atMs, healthyEvaluations: 0 };
    raise(state, draft, rule, group, { id, condition: "Fired", firedMs: atMs, atMs });
  }
  for (const key of Object.keys(memory.firing)) {
    if (!failing.has(key)) recover(state, draft, rule, memory, key, atMs);
  }
}

/** What meets the condition in enough windows, with its value in the newest of them. */
function failingGroups(rule: LogRule, windows: readonly Measured[][]): Map<string, Measured> {
  const met = windows.flatMap((window) => window.filter(({ value }) => meets(rule.condition, value)));
  const groups = new Map<string, Measured>();
  for (const group of met) {
    const times = met.filter(({ key }) => key === group.key).length;
    if (times >= rule.failingPeriods && !groups.has(group.key)) groups.set(group.key, group);
  }
  return groups;
}

function isTimeToRepeat({ autoMitigate, muteMs }: LogRule, before: FiringLogAlert, atMs: number): boolean {
  return !autoMitigate && atMs >= before.notifiedMs + muteMs;
}

function recover(
  state: State,
  draft: State,
  rule: LogRule,
  memory: LogRuleMemory,
  key: string,
  atMs: number,
): void {
  const firing = memory.firing[key];
  if (firing === undefined) return;
  firing.healthyEvaluations += 1;
  if (!rule.autoMitigate) {
    // Whoever was told lately is not told again so soon.
    if (atMs >= firing.notifiedMs + rule.muteMs) delete memory.firing[key];
    return;
  }
  if (firing.healthyEvaluations < healthyEvaluationsToResolve(rule.frequencyMs)) return;
  const { alertId: id, firedMs } = firing;
  delete memory.firing[key];
  const dimensions = JSON.parse(key) as Record<string, string>;
  raise(
    state,
    draft,
    rule,
    { key, dimensions, value: undefined },
    { id, condition: "Resolved", firedMs, atMs },
  );
}

function raise(
  state: State,
  draft: State,
  rule: LogRule,
  { dimensions, value }: Omit<Measured, "value"> & { value: number | undefined },
  { id, ...moment }: Pick<Alert, "id" | "condition" | "firedMs" | "atMs">,
): void {
  const { timeAggregation, metricMeasureColumn, operator, threshold, query } = rule.condition;
  const measured = metricMeasureColumn ?? "rows";
  const facts = [
    ...Object.entries(dimensions).map(([name, text]) => `${name}: ${text}`),
    ...(value === undefined
      ? []
      : [`${timeAggregation} of ${measured} is ${value} (${operator} ${threshold})`]),
  ];
  const alert: Alert = {
    id: alertId(state.arm.subscriptionId, id),
    ...moment,
    rule: rule.name,
    severity: rule.severity,
    signal: "Log",
    target: rule.workspaces[0] ?? rule.id,
    description: rule.description,
    text: [rule.description, ...facts].filter((line) => line !== "").join("\n"),
    context: {
      properties: null,
      conditionType: "LogQueryCriteria",
      condition: {
        windowSize: `PT${rule.windowMs / MINUTE_MS}M`,
        allOf: [
          {
            searchQuery: query,
            metricMeasureColumn: metricMeasureColumn ?? null,
            targetResourceTypes: "['Microsoft.OperationalInsights/workspaces']",
            operator,
            threshold: String(threshold),
            timeAggregation,
            dimensions: Object.entries(dimensions).map(([name, text]) => ({ name, value: text })),
            metricValue: value ?? null,
            failingPeriods: {
              numberOfEvaluationPeriods: rule.periods,
              minFailingPeriodsToAlert: rule.failingPeriods,
            },
          },
        ],
        windowStartTime: new Date(moment.atMs - rule.periods * rule.windowMs).toISOString(),
        windowEndTime: new Date(moment.atMs).toISOString(),
      },
    },
  };
  recordAlert(draft.events, alert);
  notify(state, draft.events, alert, rule.actionGroups);
}
