import { badRequest } from "../../../entra/errors.ts";
import { Unsupported } from "../../unsupported.ts";
import { type Token, tokensOf } from "./filter-tokens.ts";

type Value = string | number | boolean | null;
type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
type TextTest = "startswith" | "endswith" | "contains";

/** A `$filter` expression, taken apart. */
export type Filter =
  | { kind: "and" | "or"; left: Filter; right: Filter }
  | { kind: "not"; operand: Filter }
  | { kind: "compare"; path: string[]; operator: Comparison; value: Value }
  | { kind: "text"; path: string[]; test: TextTest; value: string }
  | { kind: "in"; path: string[]; values: Value[] }
  | { kind: "any" | "all"; path: string[]; variable: string; condition: Filter | undefined };

const COMPARISONS: readonly string[] = ["eq", "ne", "gt", "ge", "lt", "le"];
const TEXT_TESTS: readonly string[] = ["startswith", "endswith", "contains"];

/**
 * Reads a `$filter` expression.
 * @see https://learn.microsoft.com/graph/filter-query-parameter
 * @throws DirectoryError when it cannot be read; Unsupported for a function that is not emulated
 */
export function parseFilter(text: string): Filter {
  const parser = new FilterParser(tokensOf(text), text);
  return parser.whole();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): Filter {
    const filter = this.#or();
    if (this.#at < this.#tokens.length) throw this.#invalid();
    return filter;
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#takeWord("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#unary();
    while (this.#takeWord("and")) left = { kind: "and", left, right: this.#unary() };
    return left;
  }

  #unary(): Filter {
    if (this.#takeWord("not")) return { kind: "not", operand: this.#unary() };
    if (this.#takePunctuation("(")) {
      const inner = this.#or();
      this.#require(")");
      return inner;
    }
    return this.#condition();
  }

  #condition(): Filter {
    const first = this.#word();
    if (this.#peek("(")) return this.#functionCall(first);
    const path = [first];
    while (this.#takePunctuation("/")) {
      const part = this.#word();
      if ((part === "any" || part === "all") && this.#takePunctuation("(")) {
        return this.#lambda(part, path);
      }
      path.push(part);
    }
    const operator = this.#word().toLowerCase();
    if (operator === "in") return { kind: "in", path, values: this.#list() };
    if (!COMPARISONS.includes(operator)) throw this.#invalid();
    return { kind: "compare", path, operator: operator as Comparison, value: this.#value() };
  }

  #functionCall(name: string): Filter {
    const test = name.toLowerCase();
    if (!TEXT_TESTS.includes(test)) throw new Unsupported(`Microsoft Graph: $filter function ${name}`);
    this.#require("(");
    const path = this.#path();
    this.#require(",");
    const value = this.#value();
    this.#require(")");
    if (typeof value !== "string") throw this.#invalid();
    // OData also allows `startswith(x,'y') eq true`.
    const negated = this.#takeWord("eq") ? this.#value() === false : false;
    const found: Filter = { kind: "text", path, test: test as TextTest, value };
    return negated ? { kind: "not", operand: found } : found;
  }

  #lambda(kind: "any" | "all", path: string[]): Filter {
    if (this.#takePunctuation(")")) return { kind, path, variable: "", condition: undefined };
    const head = this.#word();
    // `x:x/id eq '1'` may come as one word up to the slash, `c: c eq 1` in pieces.
    const [variable = "", rest] = head.split(":");
    if (rest === undefined) this.#require(":");
    else if (rest !== "") this.#pushBack(rest);
    const condition = this.#or();
    this.#require(")");
    return { kind, path, variable, condition };
  }

  #list(): Value[] {
    this.#require("(");
    const values = [this.#value()];
    while (this.#takePunctuation(",")) values.push(this.#value());
    this.#require(")");
    return values;
  }

  #path(): string[] {
    const path = [this.#word()];
    while (this.#takePunctuation("/")) path.push(this.#word());
    return path;
  }

  #value(): Value {
    const token = this.#next();
    if (token.kind === "string") return token.text;
    if (token.kind === "punctuation") throw this.#invalid();
    const { text } = token;
    if (text === "null") return null;
    if (text === "true" || text === "false") return text === "true";
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }

  #word(): string {
    const token = this.#next();
    if (token.kind !== "word") throw this.#invalid();
    return token.text;
  }

  #next(): Token {
    const token = this.#pushedBack ?? this.#tokens[this.#at];
    if (token === undefined) throw this.#invalid();
    if (this.#pushedBack === undefined) this.#at++;
    this.#pushedBack = undefined;
    return token;
  }

  #pushedBack: Token | undefined;

  #pushBack(word: string): void {
    this.#pushedBack = { kind: "word", text: word };
  }

  #peek(text: string): boolean {
    const token = this.#pushedBack ?? this.#tokens[this.#at];
    return token?.kind === "punctuation" && token.text === text;
  }

  #takePunctuation(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#next();
    return true;
  }

  #takeWord(text: string): boolean {
    const token = this.#pushedBack ?? this.#tokens[this.#at];
    if (token?.kind !== "word" || token.text.toLowerCase() !== text) return false;
    this.#next();
    return true;
  }

  #require(text: string): void {
    if (!this.#takePunctuation(text)) throw this.#invalid();
  }

  #invalid() {
    return badRequest(`Invalid filter clause: ${this.#text}`);
  }
}
