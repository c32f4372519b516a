import type { Row, Value } from "./values.ts";

/** What an expression is evaluated in. */
export interface RowContext {
  row: Row;
  nowMs: number;
  /** The results of the aggregates of a `summarize`, in the order in which they were found. */
  aggregates: readonly Value[];
}

/** An expression that is ready to be evaluated. */
export interface Scalar {
  type: string;
  evaluate(context: RowContext): Value;
}

/** A table that is ready to be read. */
export interface Table {
  columns: readonly { name: string; type: string }[];
  read(source: Source): Row[];
}

/** Where the rows are, and when it is. */
export interface Source {
  nowMs: number;
  /** The rows of a table, within the time that the query looks at. */
  rows(table: string): readonly Row[];
}

/** An aggregate of a `summarize`, ready to be computed over a group's rows. */
export interface Aggregate {
  /** One for each column that it makes; usually one. */
  compute(rows: readonly Row[], nowMs: number): Value[];
}

/** What names mean at one place of a query. */
export interface Scope {
  query: string;
  scalars: ReadonlyMap<string, Scalar>;
  tables: ReadonlyMap<string, Table>;
  /** Takes an aggregate in and tells its place; undefined where none may stand. */
  aggregate?: ((aggregate: Aggregate) => number) | undefined;
}
