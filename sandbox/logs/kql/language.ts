import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** A node of a query's syntax tree, with what the analysis found out about it. Clauses are read by `part`. */
export interface SyntaxNode {
  readonly Kind: number;
  readonly ChildCount: number;
  GetChild(index: number): SyntaxNode | null;
  /** What its value is: a scalar's type or a table's columns; null where it has none. */
  readonly ResultType: ResultType | null;
  /** The column, variable, table or function that it names. */
  readonly ReferencedSymbol: { readonly Name: string; readonly Kind: number } | null;
  readonly LiteralValue?: unknown;
  /** Where it stands in the query. */
  readonly TextStart: number;
  readonly End: number;
}

interface ResultType {
  readonly Name: string;
  readonly Columns?: List<{ Name: string; Type: { Name: string } }>;
}

interface List<T> {
  readonly Count: number;
  getItem(index: number): T;
}

/** What of Microsoft's language service is used here; it was compiled from C# and has no module of its own. */
interface Language {
  KustoCode: {
    ParseAndAnalyze(
      text: string,
      globals: object,
    ): {
      readonly Syntax: SyntaxNode;
      readonly ResultType: ResultType | null;
      GetDiagnostics(): List<{ Severity: string; Message: string; Start: number }>;
    };
  };
  GlobalState: { Default: { WithDatabase(database: object): object } };
  Symbols: {
    TableSymbol: { $ctor7: new (name: string, schema: string, description: string) => object };
    DatabaseSymbol: { ctor: new (name: string, members: object[]) => object };
    SymbolKind: Record<string, unknown>;
  };
  Syntax: { SyntaxKind: Record<string, unknown> };
}

interface LoadedLanguage {
  language: Language;
  /** What boxed values of the compiled code hold. */
  unbox(value: unknown): unknown;
  kinds: ReadonlyMap<number, string>;
  symbolKinds: ReadonlyMap<number, string>;
}

let loaded: LoadedLanguage | undefined;

/** Loads it at the first use: that takes a second. */
function load(): LoadedLanguage {
  if (loaded !== undefined) return loaded;
  require("@kusto/language-service-next/bridge.min.js");
  require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
  const { Kusto, Bridge } = globalThis as unknown as {
    Kusto: { Language: Language };
    Bridge: { unbox(value: unknown, noclone: boolean): unknown };
  };
  const language = Kusto.Language;
  loaded = {
    language,
    unbox: (value) => Bridge.unbox(value, true),
    kinds: namesOf(language.Syntax.SyntaxKind),
    symbolKinds: namesOf(language.Symbols.SymbolKind),
  };
  return loaded;
}

function namesOf(numbers: Record<string, unknown>): Map<number, string> {
  return new Map(
    Object.entries(numbers).flatMap(([name, number]) => (typeof number === "number" ? [[number, name]] : [])),
  );
}

export interface Column {
  name: string;
  /** As Kusto calls it: `string`, `datetime` … */
  type: string;
}

/** A table's columns with their types, `(Name:string, …)`, by table. */
export type TableSchemas = Readonly<Record<string, string>>;

/** A query, checked against tables. */
export interface AnalyzedQuery {
  /** What is wrong with it. */
  errors: string[];
  /** The columns of its result. */
  columns: Column[];
  syntax: SyntaxNode;
}

/** Checks Kusto queries against tables. The tables are read once. */
export function queryAnalyzer(schemas: TableSchemas): (query: string) => AnalyzedQuery {
  const { KustoCode, GlobalState, Symbols } = load().language;
  const tables = Object.entries(schemas).map(
    ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, ""),
  );
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("logs", tables));
  return (query) => {
    const code = KustoCode.ParseAndAnalyze(query, globals);
    return {
      errors: itemsOf(code.GetDiagnostics())
        .filter(({ Severity }) => Severity === "Error")
        .map(({ Message, Start }) => `${Message} (at ${Start})`),
      columns: columnsOf(code),
      syntax: code.Syntax,
    };
  };
}

function itemsOf<T>(list: List<T>): T[] {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}

/** The columns of a table's or a tuple's type; none for a scalar. */
export function columnsOf({ ResultType: type }: { ResultType: ResultType | null }): Column[] {
  const columns = type?.Columns;
  return columns === undefined
    ? []
    : itemsOf(columns).map(({ Name, Type }) => ({ name: Name, type: Type.Name }));
}

/** E.g. `FilterOperator`. */
export function kindOf({ Kind }: SyntaxNode): string {
  return load().kinds.get(Kind) ?? `kind ${Kind}`;
}

/** E.g. `Column`; undefined where the node names nothing. */
export function symbolKindOf({ ReferencedSymbol: symbol }: SyntaxNode): string | undefined {
  return symbol === null ? undefined : load().symbolKinds.get(symbol.Kind);
}

/** A clause of a node that this kind of node always has. */
export function part(node: SyntaxNode, name: string): SyntaxNode {
  const found = optionalPart(node, name);
  if (found === undefined) throw new TypeError(`${kindOf(node)} has no ${name}`);
  return found;
}

export function optionalPart(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const found = (node as unknown as Record<string, SyntaxNode | null | undefined>)[name];
  return found ?? undefined;
}

/** The children of a list, without commas. */
export function listed(list: SyntaxNode | undefined): SyntaxNode[] {
  if (list === undefined) return [];
  return Array.from({ length: list.ChildCount }, (_, index) => list.GetChild(index)).flatMap((child) => {
    if (child === null) return [];
    if (kindOf(child) !== "SeparatedElement") return [child];
    const element = child.GetChild(0);
    return element === null ? [] : [element];
  });
}

/** A literal's value: text, truth, number, or a span in milliseconds; null for `long(null)` and its like. */
export function literalValue({ LiteralValue: literal }: SyntaxNode): string | boolean | number | null {
  if (literal === null || literal === undefined) return null;
  const value = load().unbox(literal);
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
  const { toNumber, getTotalMilliseconds } = value as {
    toNumber?: () => number;
    getTotalMilliseconds?: () => number;
  };
  if (typeof toNumber === "function") return toNumber.call(value);
  if (typeof getTotalMilliseconds === "function") return getTotalMilliseconds.call(value);
  throw new TypeError(`a literal of an unknown kind: ${String(value)}`);
}

/** What a name or a name's declaration says, without brackets and quotes. */
export function nameIn(node: SyntaxNode): string {
  const { SimpleName } = node as SyntaxNode & { SimpleName?: string };
  if (SimpleName === undefined) throw new TypeError(`${kindOf(node)} is no name`);
  return SimpleName;
}

/** The text of a node's operator, e.g. `=~`. */
export function operatorOf(node: SyntaxNode): string {
  const { Text } = part(node, "Operator") as SyntaxNode & { Text?: string };
  return Text ?? "";
}
