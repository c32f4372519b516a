import assert from "node:assert/strict";

/** What an expression can ask for. */
export interface WorkflowRun {
  trigger: unknown;
  parameters: Readonly<Record<string, unknown>>;
  /** By action. */
  bodies: Readonly<Record<string, unknown>>;
  /** Inside of a `Select`. */
  item?: unknown;
}

/**
 * Fills in the expressions of a Logic App's definition, as far as they are used here: anything else fails the test.
 * @see https://learn.microsoft.com/azure/logic-apps/workflow-definition-language-functions-reference
 */
export function filledIn(value: unknown, run: WorkflowRun): unknown {
  if (typeof value === "string") return textOf(value, run);
  if (Array.isArray(value)) return value.map((each) => filledIn(each, run));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filledIn(each, run)]));
}

/** `@expression` gives its value, `@{expression}` its text within another one. */
function textOf(text: string, run: WorkflowRun): unknown {
  if (text.startsWith("@") && !text.startsWith("@{")) return new Expression(text.slice(1), run).whole();
  return text.replace(/@\{((?:'[^']*'|[^'}])*)\}/g, (_, inner: string) => {
    const value = new Expression(inner, run).whole();
    return value === null || value === undefined ? "" : String(value);
  });
}

type Call = (...values: unknown[]) => unknown;

const textual = (value: unknown): string => {
  assert.equal(typeof value, "string", `a text is wanted, not ${JSON.stringify(value)}`);
  return value as string;
};

class Expression {
  readonly #tokens: string[];
  readonly #functions: Readonly<Record<string, Call>>;
  #next = 0;

  constructor(text: string, { trigger, parameters, bodies, item }: WorkflowRun) {
    this.#tokens = text.match(/'(?:[^']|'')*'|\w+|\?\[|[[\](),]|\S/g) ?? [];
    this.#functions = {
      triggerBody: () => trigger,
      parameters: (name) => member(parameters, name),
      body: (action) => member(bodies, action),
      item: () => item,
      coalesce: (...values) => values.find((value) => value !== null && value !== undefined) ?? null,
      // Null is an empty text here.
      concat: (...values) => values.map((value) => (value == null ? "" : textual(value))).join(""),
      replace: (text, from, to) => textual(text).replaceAll(textual(from), textual(to)),
      join: (list, between) => (list as unknown[]).map(textual).join(textual(between)),
      json: (text) => JSON.parse(textual(text)) as unknown,
    };
  }

  whole(): unknown {
    const value = this.#value();
    assert.equal(
      this.#tokens[this.#next],
      undefined,
      `left over: ${this.#tokens.slice(this.#next).join("")}`,
    );
    return value;
  }

  #take(expected?: string): string {
    const token = this.#tokens[this.#next++] ?? assert.fail("the expression ends too early");
    if (expected !== undefined) assert.equal(token, expected);
    return token;
  }

  #value(): unknown {
    let value = this.#primary();
    while (this.#tokens[this.#next] === "?[") {
      this.#next++;
      const key = this.#value();
      this.#take("]");
      value = optional(value, key);
    }
    return value;
  }

  #primary(): unknown {
    const token = this.#take();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (/^\d+$/.test(token)) return Number(token);
    const call = this.#functions[token] ?? assert.fail(`unknown: ${token}`);
    this.#take("(");
    const values: unknown[] = [];
    while (this.#tokens[this.#next] !== ")") {
      if (values.length > 0) this.#take(",");
      values.push(this.#value());
    }
    this.#take(")");
    return call(...values);
  }
}

function member(holder: Readonly<Record<string, unknown>>, name: unknown): unknown {
  assert.ok(Object.hasOwn(holder, textual(name)), `there is no ${name}`);
  return holder[textual(name)];
}

/** What is not there is null. */
function optional(holder: unknown, key: unknown): unknown {
  if (holder === null || holder === undefined) return null;
  return (holder as Record<string, unknown>)[String(key)] ?? null;
}
