import type { Scalar, Scope, Source, Table } from "./context.ts";
import { KqlError, notEvaluated } from "./errors.ts";
import {
  type Column,
  kindOf,
  listed,
  nameIn,
  part,
  queryAnalyzer,
  type SyntaxNode,
  type TableSchemas,
} from "./language.ts";
import { compileScalar } from "./scalar.ts";
import { compileTable } from "./tables.ts";
import type { Row } from "./values.ts";

/** A query that is ready to run. */
export interface CompiledQuery {
  columns: readonly Column[];
  run(source: Source): Row[];
}

/**
 * Makes Kusto queries over these tables ready. Names, types and columns are those of Microsoft's own analysis;
 * what the operators do is evaluated here, as far as it is known here: everything else is an error that names it.
 */
export function queryCompiler(schemas: TableSchemas): (query: string) => CompiledQuery {
  const analyze = queryAnalyzer(schemas);
  return (query) => {
    const { errors, columns, syntax } = analyze(query);
    if (errors.length > 0) throw new KqlError(errors.join(" "));
    const table = compileStatements(listed(part(syntax, "Statements")), query);
    return { columns, run: (source) => table.read(source) };
  };
}

function compileStatements(statements: readonly SyntaxNode[], query: string): Table {
  const scalars = new Map<string, Scalar>();
  const tables = new Map<string, Table>();
  const scope: Scope = { query, scalars, tables };
  let result: Table | undefined;
  for (const statement of statements) {
    const expression = part(statement, "Expression");
    const kind = kindOf(statement);
    if (kind === "LetStatement") {
      const name = nameIn(part(statement, "Name"));
      if (isTabular(expression)) tables.set(name, compileTable(expression, scope));
      else scalars.set(name, compileScalar(expression, scope));
    } else if (kind === "ExpressionStatement" && isTabular(expression) && result === undefined) {
      result = compileTable(expression, scope);
    } else {
      throw notEvaluated("this statement", query, statement);
    }
  }
  if (result === undefined) throw new KqlError("the query gives no table");
  return result;
}

function isTabular({ ResultType: type }: SyntaxNode): boolean {
  return type?.Columns !== undefined;
}
