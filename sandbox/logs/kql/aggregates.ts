import type { Aggregate, Scalar, Scope } from "./context.ts";
import { notEvaluated } from "./errors.ts";
import { columnsOf, kindOf, type SyntaxNode } from "./language.ts";
import { compare, isNumeric, type Row, type Value } from "./values.ts";

type Compile = (node: SyntaxNode, scope: Scope) => Scalar;

/** Of the values of a group that are not null. */
type Reduce = (values: Value[]) => Value;

const AGGREGATES: Readonly<Record<string, Reduce>> = {
  sum: (values) => values.reduce<number>((sum, value) => sum + Number(value), 0),
  avg: (values) =>
    values.length === 0
      ? null
      : values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length,
  min: (values) => extreme(values, -1),
  max: (values) => extreme(values, 1),
  dcount: (values) => new Set(values.map((value) => JSON.stringify(value))).size,
};

const NAMES = new Set([
  ...Object.keys(AGGREGATES),
  ...Object.keys(AGGREGATES).map((name) => `${name}if`),
  ...["count", "countif", "percentile", "percentiles", "arg_max", "arg_min"],
]);

/**
 * The aggregate that a call is; undefined if it is none.
 * @see https://learn.microsoft.com/kusto/query/aggregation-functions
 */
export function aggregateOf(
  node: SyntaxNode,
  name: string,
  args: readonly SyntaxNode[],
  scope: Scope,
  compile: Compile,
): Aggregate | undefined {
  if (!NAMES.has(name)) return undefined;
  if (name === "arg_max" || name === "arg_min") return argExtreme(node, name, args, scope, compile);
  const compiled = args.map((each) => compile(each, scope));
  const wrong = () => notEvaluated(`${name}() of these arguments`, scope.query, node);
  if (name === "count") {
    if (compiled.length > 0) throw wrong();
    return { compute: (rows) => [rows.length] };
  }
  const [first, second, ...rest] = compiled;
  if (first === undefined) throw wrong();
  if (name === "countif") {
    return { compute: (rows, nowMs) => [rows.filter((row) => isTrue(first, row, nowMs)).length] };
  }
  if (name === "percentile" || name === "percentiles") {
    if (second === undefined || !isOrdered(first.type)) throw wrong();
    const ranks = [second, ...rest];
    return {
      compute: (rows, nowMs) => {
        const sorted = valuesOf(first, rows, nowMs).sort((a, b) => compare(a, b) ?? 0);
        return ranks.map((rank) =>
          nearestRank(sorted, Number(rank.evaluate({ row: {}, nowMs, aggregates: [] }))),
        );
      },
    };
  }
  const isConditional = name.endsWith("if");
  const base = isConditional ? name.slice(0, -2) : name;
  const reduce = AGGREGATES[base];
  const fits =
    base === "dcount" || (base === "min" || base === "max" ? isOrdered(first.type) : isSummable(first.type));
  if (reduce === undefined || !fits || (isConditional ? second === undefined : second !== undefined))
    throw wrong();
  return {
    compute: (rows, nowMs) => {
      const chosen = second === undefined ? rows : rows.filter((row) => isTrue(second, row, nowMs));
      return [reduce(valuesOf(first, chosen, nowMs))];
    },
  };
}

function isSummable(type: string): boolean {
  return isNumeric(type) || type === "timespan";
}

function isOrdered(type: string): boolean {
  return isSummable(type) || type === "datetime";
}

function isTrue(condition: Scalar, row: Row, nowMs: number): boolean {
  return condition.evaluate({ row, nowMs, aggregates: [] }) === true;
}

function valuesOf(expression: Scalar, rows: readonly Row[], nowMs: number): Value[] {
  return rows
    .map((row) => expression.evaluate({ row, nowMs, aggregates: [] }))
    .filter((value) => value !== null);
}

function extreme(values: readonly Value[], sign: 1 | -1): Value {
  let best: Value = null;
  for (const value of values) if (best === null || (compare(value, best) ?? 0) * sign > 0) best = value;
  return best;
}

/** The smallest value that at least so many percent of all do not exceed. */
function nearestRank(sorted: readonly Value[], percent: number): Value {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? null;
}

/** The row with the largest or smallest value of the first expression: the columns of that row that are named. */
function argExtreme(
  node: SyntaxNode,
  name: "arg_max" | "arg_min",
  [by, ...wanted]: readonly SyntaxNode[],
  scope: Scope,
  compile: Compile,
): Aggregate {
  if (by === undefined || wanted.length === 0)
    throw notEvaluated(`${name}() without columns`, scope.query, node);
  const measure = compile(by, scope);
  const all = wanted.length === 1 && wanted[0] !== undefined && kindOf(wanted[0]) === "StarExpression";
  const columns = all
    ? columnsOf(node)
        .slice(1)
        .map(({ name: column, type }): Scalar => columnOf(column, type))
    : wanted.map((each) => compile(each, scope));
  if (all && kindOf(by) !== "NameReference") {
    throw notEvaluated(`${name}() of an expression with *`, scope.query, node);
  }
  const sign = name === "arg_max" ? 1 : -1;
  return {
    compute: (rows, nowMs) => {
      let best: { value: Value; row: Row } | undefined;
      for (const row of rows) {
        const value = measure.evaluate({ row, nowMs, aggregates: [] });
        if (value === null) continue;
        if (best === undefined || (compare(value, best.value) ?? 0) * sign > 0) best = { value, row };
      }
      if (best === undefined) return [null, ...columns.map(() => null)];
      const context = { row: best.row, nowMs, aggregates: [] };
      return [best.value, ...columns.map((column) => column.evaluate(context))];
    },
  };
}

function columnOf(name: string, type: string): Scalar {
  return { type, evaluate: ({ row }) => row[name] ?? null };
}
