import type { Aggregate, Scalar, Scope, Table } from "./context.ts";
import { KqlError, notEvaluated } from "./errors.ts";
import {
  type Column,
  columnsOf,
  kindOf,
  listed,
  nameIn,
  optionalPart,
  part,
  type SyntaxNode,
  symbolKindOf,
} from "./language.ts";
import { compileScalar } from "./scalar.ts";
import { compare, emptyOf, type Row, type Value } from "./values.ts";

/** Makes a tabular expression ready. @throws KqlError naming what is not evaluated here */
export function compileTable(node: SyntaxNode, scope: Scope): Table {
  switch (kindOf(node)) {
    case "ParenthesizedExpression":
      return compileTable(part(node, "Expression"), scope);
    case "NameReference":
      return tableNamed(node, scope);
    case "DataTableExpression":
      return datatable(node, scope);
    case "UnionOperator":
      return union(undefined, node, scope);
    case "PipeExpression": {
      const input = compileTable(part(node, "Expression"), scope);
      return operator(part(node, "Operator"), input, scope);
    }
  }
  throw notEvaluated("this table", scope.query, node);
}

function tableNamed(node: SyntaxNode, scope: Scope): Table {
  const name = node.ReferencedSymbol?.Name ?? nameIn(node);
  const known = scope.tables.get(name);
  if (known !== undefined) return known;
  if (symbolKindOf(node) !== "Table") throw notEvaluated("this table", scope.query, node);
  return { columns: columnsOf(node), read: (source) => [...source.rows(name)] };
}

/** Rows that stand in the query itself, value after value. */
function datatable(node: SyntaxNode, scope: Scope): Table {
  const columns = columnsOf(node);
  const values = listed(part(node, "Values")).map((each) =>
    compileScalar(each, scope).evaluate({ row: {}, nowMs: 0, aggregates: [] }),
  );
  if (values.length % columns.length !== 0)
    throw notEvaluated("a datatable with half a row", scope.query, node);
  const rows = Array.from({ length: values.length / columns.length }, (_, index) =>
    rowOf(columns, values.slice(index * columns.length, (index + 1) * columns.length)),
  );
  return { columns, read: () => rows };
}

type CompileOperator = (input: Table, node: SyntaxNode, scope: Scope) => Table;

const OPERATORS: Readonly<Record<string, CompileOperator>> = {
  FilterOperator: filter,
  ExtendOperator: extend,
  ProjectOperator: project,
  ProjectAwayOperator: selectColumns,
  ProjectKeepOperator: selectColumns,
  SummarizeOperator: summarize,
  DistinctOperator: distinct,
  SortOperator: sort,
  TopOperator: top,
  TakeOperator: take,
  CountOperator: (input, node) => ({
    columns: columnsOf(node),
    read: (source) => [{ [columnsOf(node)[0]?.name ?? "Count"]: input.read(source).length }],
  }),
  UnionOperator: union,
};

function operator(node: SyntaxNode, input: Table, scope: Scope): Table {
  const compile = OPERATORS[kindOf(node)];
  if (compile === undefined) throw notEvaluated("this operator", scope.query, node);
  if (kindOf(node) !== "UnionOperator" && listed(optionalPart(node, "Parameters")).length > 0) {
    throw notEvaluated("an operator's parameters", scope.query, node);
  }
  return compile(input, node, scope);
}

/** What is neither true nor false is left out. */
function filter(input: Table, node: SyntaxNode, scope: Scope): Table {
  const condition = compileScalar(part(node, "Condition"), scope);
  return {
    columns: input.columns,
    read: (source) =>
      input
        .read(source)
        .filter((row) => condition.evaluate({ row, nowMs: source.nowMs, aggregates: [] }) === true),
  };
}

function extend(input: Table, node: SyntaxNode, scope: Scope): Table {
  const added = listed(part(node, "Expressions")).map((each): [string, Scalar] => {
    if (kindOf(each) !== "SimpleNamedExpression") {
      throw notEvaluated("extend by what has no name of its own", scope.query, each);
    }
    return [nameIn(part(each, "Name")), compileScalar(each, scope)];
  });
  return {
    columns: columnsOf(node),
    read: (source) =>
      input.read(source).map((row) => {
        const context = { row, nowMs: source.nowMs, aggregates: [] };
        return { ...row, ...Object.fromEntries(added.map(([name, each]) => [name, each.evaluate(context)])) };
      }),
  };
}

function project(input: Table, node: SyntaxNode, scope: Scope): Table {
  return computed(input, columnsOf(node), listed(part(node, "Expressions")), node, scope);
}

/** Rows of these expressions, named as the analysis names them. */
function computed(
  input: Table,
  columns: readonly Column[],
  expressions: readonly SyntaxNode[],
  node: SyntaxNode,
  scope: Scope,
): Table {
  const compiled = expressions.map((each) => compileScalar(each, scope));
  if (compiled.length !== columns.length) throw notEvaluated("columns by pattern", scope.query, node);
  return {
    columns,
    read: (source) =>
      input.read(source).map((row) => {
        const context = { row, nowMs: source.nowMs, aggregates: [] };
        return rowOf(
          columns,
          compiled.map((each) => each.evaluate(context)),
        );
      }),
  };
}

function selectColumns(input: Table, node: SyntaxNode): Table {
  const columns = columnsOf(node);
  return {
    columns,
    read: (source) =>
      input.read(source).map((row) =>
        rowOf(
          columns,
          columns.map(({ name }) => row[name] ?? null),
        ),
      ),
  };
}

function rowOf(columns: readonly Column[], values: readonly Value[]): Row {
  return Object.fromEntries(columns.map(({ name, type }, index) => [name, values[index] ?? emptyOf(type)]));
}

/** Without `by` there is one group, even of no rows. */
function summarize(input: Table, node: SyntaxNode, scope: Scope): Table {
  const columns = columnsOf(node);
  const byNodes = listed(optionalPart(optionalPart(node, "ByClause") ?? node, "Expressions"));
  const by = optionalPart(node, "ByClause") === undefined ? [] : byNodes;
  const keys = by.map((each) => compileScalar(each, scope));
  const aggregates: Aggregate[] = [];
  const withAggregates: Scope = { ...scope, aggregate: (each) => aggregates.push(each) - 1 };
  const results = listed(part(node, "Aggregates")).map((each) =>
    summarizedColumns(each, withAggregates, aggregates),
  );
  return {
    columns,
    read: (source) => {
      const { nowMs } = source;
      const groups = new Map<string, { key: Value[]; rows: Row[] }>();
      if (by.length === 0) groups.set("", { key: [], rows: [] });
      for (const row of input.read(source)) {
        const key = keys.map((each) => each.evaluate({ row, nowMs, aggregates: [] }));
        const text = by.length === 0 ? "" : JSON.stringify(key);
        const group = groups.get(text) ?? { key, rows: [] };
        group.rows.push(row);
        groups.set(text, group);
      }
      return [...groups.values()].map(({ key, rows }) => {
        const computedOf = aggregates.map((each) => each.compute(rows, nowMs));
        return rowOf(columns, [...key, ...results.flatMap((result) => result(computedOf, nowMs))]);
      });
    },
  };
}

type Summarized = (aggregates: readonly Value[][], nowMs: number) => Value[];

/** One column for an expression over aggregates, several for an aggregate that makes several. */
function summarizedColumns(node: SyntaxNode, scope: Scope, aggregates: readonly Aggregate[]): Summarized {
  const place = aggregates.length;
  const expression = compileScalar(node, scope);
  if (columnsOf(node).length > 0) {
    if (aggregates.length !== place + 1) throw notEvaluated("several columns at once", scope.query, node);
    return (computedOf) => computedOf[place] ?? [];
  }
  return (computedOf, nowMs) => [
    expression.evaluate({ row: {}, nowMs, aggregates: computedOf.map(([first = null]) => first) }),
  ];
}

function distinct(input: Table, node: SyntaxNode, scope: Scope): Table {
  const expressions = listed(part(node, "Expressions"));
  const [only] = expressions;
  const all = expressions.length === 1 && only !== undefined && kindOf(only) === "StarExpression";
  const table = all ? input : computed(input, columnsOf(node), expressions, node, scope);
  return {
    columns: table.columns,
    read: (source) => {
      const rows = new Map(table.read(source).map((row) => [JSON.stringify(row), row]));
      return [...rows.values()];
    },
  };
}

type Order = (a: Row, b: Row, nowMs: number) => number;

function sort(input: Table, node: SyntaxNode, scope: Scope): Table {
  const orders = listed(part(node, "Expressions")).map((each) => orderOf(each, scope));
  return ordered(input, orders);
}

function ordered(input: Table, orders: readonly Order[]): Table {
  return {
    columns: input.columns,
    read: (source) =>
      input.read(source).toSorted((a, b) => {
        for (const order of orders) {
          const result = order(a, b, source.nowMs);
          if (result !== 0) return result;
        }
        return 0;
      }),
  };
}

/** Descending unless it says otherwise; nulls are the smallest. */
function orderOf(node: SyntaxNode, scope: Scope): Order {
  const isOrdered = kindOf(node) === "OrderedExpression";
  const clause = isOrdered ? optionalPart(node, "Ordering") : undefined;
  const text = clause === undefined ? "" : scope.query.slice(clause.TextStart, clause.End).toLowerCase();
  const isAscending = /^asc\b/.test(text);
  const nullsFirst = /nulls\s+first/.test(text) || (isAscending && !/nulls\s+last/.test(text));
  const expression = compileScalar(isOrdered ? part(node, "Expression") : node, scope);
  return (a, b, nowMs) => {
    const [left, right] = [a, b].map((row) => expression.evaluate({ row, nowMs, aggregates: [] }));
    if (left === null || left === undefined || right === null || right === undefined) {
      const nulls = Number(right === null) - Number(left === null);
      return nullsFirst ? nulls : -nulls;
    }
    const order = compare(left, right) ?? 0;
    return isAscending ? order : -order;
  };
}

function take(input: Table, node: SyntaxNode, scope: Scope): Table {
  const count = compileScalar(part(node, "Expression"), scope);
  return {
    columns: input.columns,
    read: (source) => input.read(source).slice(0, numberOf(count, source.nowMs)),
  };
}

function top(input: Table, node: SyntaxNode, scope: Scope): Table {
  const count = compileScalar(part(node, "Expression"), scope);
  const table = ordered(input, [orderOf(part(node, "ByExpression"), scope)]);
  return {
    columns: input.columns,
    read: (source) => table.read(source).slice(0, numberOf(count, source.nowMs)),
  };
}

function numberOf(scalar: Scalar, nowMs: number): number {
  return Number(scalar.evaluate({ row: {}, nowMs, aggregates: [] }));
}

/** Whether an operand is a table that is not there. */
function isMissing(node: SyntaxNode): boolean {
  if (kindOf(node) === "ParenthesizedExpression") return isMissing(part(node, "Expression"));
  return kindOf(node) === "NameReference" && node.ReferencedSymbol === null;
}

/** A column that a table lacks is empty in its rows. A table that is not there is passed over if the union is fuzzy. */
function union(input: Table | undefined, node: SyntaxNode, scope: Scope): Table {
  const parameters = listed(optionalPart(node, "Parameters")).map((each) =>
    scope.query.slice(each.TextStart, each.End).replace(/\s/g, "").toLowerCase(),
  );
  const isFuzzy = parameters.includes("isfuzzy=true");
  if (parameters.some((each) => !["isfuzzy=true", "isfuzzy=false", "kind=outer"].includes(each))) {
    throw notEvaluated("these parameters of union", scope.query, node);
  }
  const tables = listed(part(node, "Expressions")).flatMap((each) => {
    return isFuzzy && isMissing(each) ? [] : [compileTable(each, scope)];
  });
  const all = input === undefined ? tables : [input, ...tables];
  const columns = columnsOf(node);
  const known = new Map(columns.map(({ name, type }) => [name, type]));
  if (all.some((table) => table.columns.some(({ name, type }) => known.get(name) !== type))) {
    throw new KqlError("the sandbox does not evaluate a union of columns of one name and different types");
  }
  return {
    columns,
    read: (source) =>
      all.flatMap((table) =>
        table.read(source).map((row) =>
          rowOf(
            columns,
            columns.map(({ name }) => row[name] ?? null),
          ),
        ),
      ),
  };
}
