import { aggregateOf } from "./aggregates.ts";
import { binaryOperation } from "./binary-operators.ts";
import type { RowContext, Scalar, Scope } from "./context.ts";
import { KqlError, notEvaluated } from "./errors.ts";
import { scalarFunction } from "./functions.ts";
import {
  kindOf,
  listed,
  literalValue,
  nameIn,
  operatorOf,
  optionalPart,
  part,
  type SyntaxNode,
  symbolKindOf,
} from "./language.ts";
import { compare, datetimeOf, emptyOf, isNumeric, type Value } from "./values.ts";

/** Makes an expression ready. @throws KqlError naming what is not evaluated here */
export function compileScalar(node: SyntaxNode, scope: Scope): Scalar {
  const type = node.ResultType?.Name ?? "";
  const kind = kindOf(node);
  if (kind.endsWith("LiteralExpression")) return constant(type, literalOf(node, scope));
  switch (kind) {
    case "ParenthesizedExpression":
      return compileScalar(part(node, "Expression"), scope);
    case "SimpleNamedExpression":
      return compileScalar(part(node, "Expression"), scope);
    case "DynamicExpression":
      return constant(type, dynamicLiteral(node, scope));
    case "NameReference":
      return reference(node, scope);
    case "PathExpression":
      return member(node, constant("string", nameIn(part(node, "Selector"))), scope);
    case "ElementExpression":
      return member(node, compileScalar(part(part(node, "Selector"), "Expression"), scope), scope);
    case "UnaryMinusExpression":
      return minus(compileScalar(part(node, "Expression"), scope), node, scope);
    case "BetweenExpression":
    case "NotBetweenExpression":
      return between(node, scope);
    case "FunctionCallExpression":
      return call(node, scope);
  }
  if (optionalPart(node, "Operator") !== undefined && optionalPart(node, "Left") !== undefined) {
    return binary(node, scope);
  }
  throw notEvaluated("this expression", scope.query, node);
}

function constant(type: string, value: Value): Scalar {
  return { type, evaluate: () => value };
}

function literalOf(node: SyntaxNode, { query }: Scope): Value {
  const type = node.ResultType?.Name ?? "";
  if (type !== "datetime") return literalValue(node) ?? emptyOf(type);
  const text = /\(\s*["']?(.*?)["']?\s*\)/.exec(query.slice(node.TextStart, node.End))?.[1] ?? "";
  if (text === "null") return null;
  const ms = datetimeOf(text);
  if (ms === null) throw notEvaluated("this form of a date", query, node);
  return ms;
}

function dynamicLiteral(node: SyntaxNode, { query }: Scope): Value {
  try {
    return JSON.parse(String(literalValue(node))) as Value;
  } catch {
    throw notEvaluated("a dynamic literal that is no JSON", query, node);
  }
}

function reference(node: SyntaxNode, scope: Scope): Scalar {
  const name = node.ReferencedSymbol?.Name ?? nameIn(node);
  const type = node.ResultType?.Name ?? "";
  if (symbolKindOf(node) === "Column") {
    return { type, evaluate: ({ row }) => row[name] ?? emptyOf(type) };
  }
  const known = scope.scalars.get(name);
  if (known === undefined) throw notEvaluated("this name", scope.query, node);
  return known;
}

/** `a.b`, `a["b"]`, `a[0]`; what is not there is null. */
function member(node: SyntaxNode, selector: Scalar, scope: Scope): Scalar {
  const holder = compileScalar(part(node, "Expression"), scope);
  if (holder.type !== "dynamic") throw notEvaluated("a member of what is not dynamic", scope.query, node);
  return {
    type: "dynamic",
    evaluate: (context) => memberOf(holder.evaluate(context), selector.evaluate(context)),
  };
}

function memberOf(holder: Value, key: Value): Value {
  if (Array.isArray(holder)) return typeof key === "number" ? (holder.at(key) ?? null) : null;
  if (typeof holder !== "object" || holder === null || typeof key !== "string") return null;
  return Object.hasOwn(holder, key) ? (holder[key] ?? null) : null;
}

function minus(operand: Scalar, node: SyntaxNode, scope: Scope): Scalar {
  if (!isNumeric(operand.type) && operand.type !== "timespan") {
    throw notEvaluated("a minus before what is no number", scope.query, node);
  }
  return {
    type: operand.type,
    evaluate: (context) => {
      const value = operand.evaluate(context);
      return value === null ? null : -Number(value);
    },
  };
}

/** Both ends count. */
function between(node: SyntaxNode, scope: Scope): Scalar {
  const bounds = part(node, "Right");
  const value = compileScalar(part(node, "Left"), scope);
  const from = compileScalar(part(bounds, "First"), scope);
  const to = compileScalar(part(bounds, "Second"), scope);
  if ([from, to].some(({ type }) => type !== value.type && !(isNumeric(type) && isNumeric(value.type)))) {
    throw notEvaluated("bounds of another type", scope.query, node);
  }
  const isNegated = operatorOf(node).startsWith("!");
  return {
    type: "bool",
    evaluate: (context) => {
      const each = value.evaluate(context);
      const [low, high] = [compare(each, from.evaluate(context)), compare(each, to.evaluate(context))];
      if (low === null || high === null) return null;
      return (low >= 0 && high <= 0) !== isNegated;
    },
  };
}

function binary(node: SyntaxNode, scope: Scope): Scalar {
  const left = compileScalar(part(node, "Left"), scope);
  const right = part(node, "Right");
  const operands =
    kindOf(right) === "ExpressionList"
      ? listed(part(right, "Expressions")).map((each) => compileScalar(each, scope))
      : [compileScalar(right, scope)];
  const operation = binaryOperation(operatorOf(node), left, operands);
  if (operation === undefined) {
    const types = [left, ...operands].map(({ type }) => type || "table").join(", ");
    throw notEvaluated(`${operatorOf(node)} between ${types}`, scope.query, node);
  }
  return { type: node.ResultType?.Name ?? "", evaluate: operation };
}

function call(node: SyntaxNode, scope: Scope): Scalar {
  const type = node.ResultType?.Name ?? "";
  const name = nameIn(part(node, "Name"));
  const argumentNodes = listed(optionalPart(part(node, "ArgumentList"), "Expressions"));
  const aggregate = aggregateOf(node, name, argumentNodes, { ...scope, aggregate: undefined }, compileScalar);
  if (aggregate !== undefined) {
    if (scope.aggregate === undefined) throw new KqlError(`${name}() stands where no aggregate can`);
    const place = scope.aggregate(aggregate);
    return { type, evaluate: ({ aggregates }: RowContext) => aggregates[place] ?? emptyOf(type) };
  }
  const made = scalarFunction(
    name,
    argumentNodes.map((each) => compileScalar(each, scope)),
    type,
  );
  if (made === undefined) throw notEvaluated(`${name}() of these arguments`, scope.query, node);
  return { type, evaluate: made };
}
