import { queryAnalyzer, type TableSchemas } from "../../sandbox/logs/kql/language.ts";

/** A query, checked against tables. */
export interface CheckedQuery {
  /** What is wrong with it. */
  errors: string[];
  /** The columns of its result. */
  columns: string[];
}

/**
 * Checks Kusto queries against tables.
 * @param schemas a table's columns with their types, `(Name:string, …)`, by table.
 */
export function kustoChecker(schemas: TableSchemas): (query: string) => CheckedQuery {
  const analyze = queryAnalyzer(schemas);
  return (query) => {
    const { errors, columns } = analyze(query);
    return { errors, columns: columns.map(({ name }) => name) };
  };
}
