import { kindOf, type SyntaxNode } from "./language.ts";

/** A query that is wrong, or that uses what is not evaluated here. The message says what and where. */
export class KqlError extends Error {
  override readonly name = "KqlError";
}

/** For what Kusto has and this evaluator has not: never passed over. */
export function notEvaluated(what: string, query: string, node: SyntaxNode): KqlError {
  const text = query.slice(node.TextStart, node.End).replace(/\s+/g, " ").trim();
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return new KqlError(`the sandbox does not evaluate ${what} (${kindOf(node)}): ${shown}`);
}
