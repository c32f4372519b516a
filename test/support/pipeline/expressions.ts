import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import { falsy } from "@actions/expressions/result";

/** What the expressions of a job or step can refer to: `github`, `env`, `needs` … as plain data. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How what came before went, for `success()`, `failure()` and `cancelled()`. */
export type Status = "success" | "failure" | "cancelled";

const STATUS_FUNCTION = /\b(success|failure|always|cancelled)\s*\(/i;

/** What `if:` says; without one, and without a word about the status, it stands for `success()`. */
export function isMet(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  const bare = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition ?? "")?.[1] ?? condition ?? "success()";
  const asked = STATUS_FUNCTION.test(bare) ? bare : `success() && (${bare})`;
  return !falsy(evaluateData(asked, contexts, status));
}

/** A text with its `${{ }}` put in. */
export function interpolate(text: string, contexts: Contexts, status: Status = "success"): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    evaluateData(expression, contexts, status).coerceString(),
  );
}

/** A value of any kind with its `${{ }}` put in; a text that is one expression becomes what that gives. */
export function evaluated(value: unknown, contexts: Contexts): unknown {
  if (typeof value === "string") {
    const only = /^\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(value)?.[1];
    if (only === undefined) return interpolate(value, contexts);
    return JSON.parse(JSON.stringify(evaluateData(only, contexts, "success"), data.replacer));
  }
  if (Array.isArray(value)) return value.map((each) => evaluated(each, contexts));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evaluated(each, contexts)]));
}

/**
 * @throws Error for a context or function that is not there, and for a `vars.X`, `secrets.X`, `needs.X` or
 * `steps.X` that nobody set: GitHub takes that for nothing, which is how a typing mistake turns a check off.
 */
function evaluateData(expression: string, contexts: Contexts, status: Status): data.ExpressionData {
  refuseUnknownNames(expression, contexts);
  try {
    const { tokens } = new Lexer(expression).lex();
    const functions = functionsFor(status);
    const parsed = new Parser(tokens, Object.keys(contexts), functions).parse();
    const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
    const byName = new Map(functions.map((each) => [each.name, each]));
    return new Evaluator(parsed, dictionary, byName).evaluate();
  } catch (error) {
    throw new Error(`the expression ${expression.trim()}: ${error instanceof Error ? error.message : error}`);
  }
}

function refuseUnknownNames(expression: string, contexts: Contexts): void {
  for (const [, root = "", name = ""] of expression.matchAll(
    /(?<![\w.'-])(vars|secrets|needs|steps|matrix|inputs)\.([\w-]+)/g,
  )) {
    const known = contexts[root];
    if (typeof known !== "object" || known === null || name in known) continue;
    throw new Error(`${root}.${name} is set nowhere; known: ${Object.keys(known).join(", ")}`);
  }
}

function functionsFor(status: Status): FunctionDefinition[] {
  const answer = (name: string, value: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  });
  return [
    answer("success", status === "success"),
    answer("failure", status === "failure"),
    answer("cancelled", status === "cancelled"),
    answer("always", true),
    { name: "hashfiles", minArgs: 1, maxArgs: 255, call: () => new data.StringData("hash-of-files") },
  ];
}
