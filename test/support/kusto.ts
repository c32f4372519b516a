import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** What of Microsoft's language service is used here; it was compiled from C# and has no module of its own. */
interface Language {
  KustoCode: {
    ParseAndAnalyze(
      text: string,
      globals: object,
    ): {
      GetDiagnostics(): { Count: number; getItem(index: number): { Severity: string; Message: string } };
      ResultType: { Columns?: { Count: number; getItem(index: number): { Name: string } } } | null;
    };
  };
  GlobalState: { Default: { WithDatabase(database: object): object } };
  Symbols: {
    TableSymbol: { $ctor7: new (name: string, schema: string, description: string) => object };
    DatabaseSymbol: { ctor: new (name: string, members: object[]) => object };
  };
}

function language(): Language {
  require("@kusto/language-service-next/bridge.min.js");
  require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
  return (globalThis as unknown as { Kusto: { Language: Language } }).Kusto.Language;
}

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
export function kustoChecker(schemas: Readonly<Record<string, string>>): (query: string) => CheckedQuery {
  const { KustoCode, GlobalState, Symbols } = language();
  const tables = Object.entries(schemas).map(
    ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, ""),
  );
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("logs", tables));
  return (query) => {
    const code = KustoCode.ParseAndAnalyze(query, globals);
    const diagnostics = listOf(code.GetDiagnostics());
    const columns = code.ResultType?.Columns;
    return {
      errors: diagnostics
        .filter(({ Severity }) => Severity === "Error")
        .map(({ Severity, Message }) => `${Severity}: ${Message}`),
      columns: columns === undefined ? [] : listOf(columns).map(({ Name }) => Name),
    };
  };
}

function listOf<T>(list: { Count: number; getItem(index: number): T }): T[] {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}
