import { resourceKey } from "../../arm/resource-id.ts";
import { type CompiledQuery, queryCompiler } from "../kql/query.ts";
import type { Row, Value } from "../kql/values.ts";
import { arrivalMs, type LogRow, type LogsState } from "../state.ts";
import { LOG_TABLES } from "../tables.ts";
import type { LogCondition, LogRule } from "./log-rule.ts";

/** What a rule judges by itself: one combination of the dimensions' values. */
export interface Measured {
  key: string;
  dimensions: Record<string, string>;
  value: number;
}

let compile: ((query: string) => CompiledQuery) | undefined;
const compiled = new Map<string, CompiledQuery>();
const MOST_COMPILED = 100;

/** @throws KqlError if the query is wrong, or uses what the sandbox does not evaluate */
function ready(query: string): CompiledQuery {
  const before = compiled.get(query);
  if (before !== undefined) return before;
  compile ??= queryCompiler(LOG_TABLES);
  const made = compile(query);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(query, made);
  return made;
}

/** The rows of the rule's workspaces, by table, that its query can mean: its text names the table. */
export function watchedRows(logs: LogsState, { workspaces, condition }: LogRule): [string, LogRow[]][] {
  return workspaces.flatMap((id) =>
    Object.entries(logs.workspaces[resourceKey(id)] ?? {}).filter(([table]) =>
      condition.query.includes(table),
    ),
  );
}

/**
 * What the rule's query gives for one window, up to but without `toMs`, of the rows that have arrived before `atMs`. A rule without dimensions that counts rows
 * measures 0 where there are none; one that measures a column measures nothing there.
 * @throws KqlError
 */
export function measure(logs: LogsState, rule: LogRule, toMs: number, atMs = toMs): Measured[] {
  const { condition, windowMs } = rule;
  const { columns, run } = ready(condition.query);
  const rows = watchedRows(logs, rule);
  const inWindow = (table: string): Row[] =>
    rows
      .filter(([name]) => name === table)
      .flatMap(([, each]) => each)
      .filter((row) => isWithin(row.TimeGenerated, toMs - windowMs, toMs) && arrivalMs(row) < atMs);
  const result = run({ nowMs: toMs, rows: inWindow });
  const dimensions = (condition.dimensions ?? []).map(({ name }) => ({
    name,
    type: columns.find((column) => column.name === name)?.type ?? "string",
  }));
  const groups = new Map<string, { dimensions: Record<string, string>; rows: Row[] }>();
  if (dimensions.length === 0) groups.set("{}", { dimensions: {}, rows: [] });
  for (const row of result) {
    const values = Object.fromEntries(dimensions.map(({ name }) => [name, textOf(row[name])]));
    if (!isChosen(condition, values)) continue;
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { dimensions: values, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups].flatMap(([key, group]) => {
    const value = aggregated(condition, group.rows);
    return value === null ? [] : [{ key, dimensions: group.dimensions, value }];
  });
}

function isWithin(ms: number, fromMs: number, toMs: number): boolean {
  return ms >= fromMs && ms < toMs;
}

function textOf(value: Value | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

function isChosen({ dimensions }: LogCondition, values: Readonly<Record<string, string>>): boolean {
  return (dimensions ?? []).every(({ name, operator, values: listed }) => {
    const isListed = listed.includes("*") || listed.includes(values[name] ?? "");
    return operator === "Include" ? isListed : !isListed;
  });
}

function aggregated(
  { metricMeasureColumn, timeAggregation }: LogCondition,
  rows: readonly Row[],
): number | null {
  if (metricMeasureColumn == null || timeAggregation === "Count") return rows.length;
  const numbers = rows.map((row) => row[metricMeasureColumn]).filter((value) => typeof value === "number");
  if (numbers.length === 0) return null;
  const total = numbers.reduce((sum, value) => sum + value, 0);
  switch (timeAggregation) {
    case "Total":
      return total;
    case "Average":
      return total / numbers.length;
    case "Minimum":
      return Math.min(...numbers);
    case "Maximum":
      return Math.max(...numbers);
  }
}
