import type { RowContext, Scalar } from "./context.ts";
import { compare, equal, folded, hasTerm, isNumeric, negated, type Value } from "./values.ts";

type Evaluate = (context: RowContext) => Value;

/**
 * What an operator does between operands of these types; undefined: that is not evaluated here.
 * @see https://learn.microsoft.com/kusto/query/datatypes-string-operators
 */
export function binaryOperation(
  operator: string,
  left: Scalar,
  right: readonly Scalar[],
): Evaluate | undefined {
  const lower = operator.toLowerCase();
  const [only] = right;
  if (LIST_OPERATORS[lower] !== undefined) return listOperation(lower, left, right);
  if (only === undefined || right.length !== 1) return undefined;
  if (lower === "and" || lower === "or") return logical(lower, left, only);
  if (lower === "==" || lower === "!=") return equality(lower === "!=", left, only);
  if (ORDER[lower] !== undefined) return ordering(ORDER[lower], left, only);
  const isNegated = lower.startsWith("!");
  const texts = TEXT_OPERATORS[isNegated ? lower.slice(1) : lower];
  if (texts !== undefined) {
    if (left.type !== "string" || only.type !== "string") return undefined;
    return (context) => texts(String(left.evaluate(context)), String(only.evaluate(context))) !== isNegated;
  }
  return arithmetic(lower, left, only);
}

/** Null is unknown: `false and null` is false, `true and null` is null. */
function logical(operator: "and" | "or", left: Scalar, right: Scalar): Evaluate {
  const decisive = operator === "or";
  return (context) => {
    const a = left.evaluate(context);
    if (a === decisive) return decisive;
    const b = right.evaluate(context);
    if (b === decisive) return decisive;
    return a === null || b === null ? null : !decisive;
  };
}

/** Numbers compare with numbers; anything else with its own type. A dynamic value has to be converted first. */
function areComparable(a: Scalar, b: Scalar): boolean {
  return a.type === b.type ? a.type !== "dynamic" : isNumeric(a.type) && isNumeric(b.type);
}

function equality(isNegated: boolean, left: Scalar, right: Scalar): Evaluate | undefined {
  if (!areComparable(left, right)) return undefined;
  return (context) => {
    const result = equal(left.evaluate(context), right.evaluate(context));
    return isNegated ? negated(result) : result;
  };
}

const ORDER: Readonly<Record<string, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function ordering(holds: (order: number) => boolean, left: Scalar, right: Scalar): Evaluate | undefined {
  if (!areComparable(left, right) || left.type === "string" || left.type === "bool") return undefined;
  return (context) => {
    const order = compare(left.evaluate(context), right.evaluate(context));
    return order === null ? null : holds(order);
  };
}

/** Without `_cs` case does not matter. */
const TEXT_OPERATORS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  "=~": (a, b) => folded(a) === folded(b),
  "~": (a, b) => folded(a) === folded(b), // `!~` without its exclamation mark
  has: (text, part) => hasTerm(folded(text), folded(part)),
  has_cs: hasTerm,
  contains: (text, part) => folded(text).includes(folded(part)),
  contains_cs: (text, part) => text.includes(part),
  startswith: (text, part) => folded(text).startsWith(folded(part)),
  startswith_cs: (text, part) => text.startsWith(part),
  endswith: (text, part) => folded(text).endsWith(folded(part)),
  endswith_cs: (text, part) => text.endsWith(part),
};

interface ListOperator {
  matches(value: Value, each: Value): boolean;
  every?: true;
  isNegated?: true;
  textOnly?: true;
}

const same = (value: Value, each: Value) => value === each;
const sameFolded = (value: Value, each: Value) => folded(String(value)) === folded(String(each));
const containsTerm = (value: Value, each: Value) => hasTerm(folded(String(value)), folded(String(each)));

const LIST_OPERATORS: Readonly<Record<string, ListOperator>> = {
  in: { matches: same },
  "!in": { matches: same, isNegated: true },
  "in~": { matches: sameFolded, textOnly: true },
  "!in~": { matches: sameFolded, isNegated: true, textOnly: true },
  has_any: { matches: containsTerm, textOnly: true },
  has_all: { matches: containsTerm, textOnly: true, every: true },
};

/** A list's members are single values, or dynamic arrays of them. */
function listOperation(operator: string, left: Scalar, right: readonly Scalar[]): Evaluate | undefined {
  const found = LIST_OPERATORS[operator];
  if (found === undefined) return undefined;
  const { matches, every = false, isNegated = false, textOnly = false } = found;
  if (textOnly && left.type !== "string") return undefined;
  if (right.some((each) => each.type !== "dynamic" && !areComparable(left, each))) return undefined;
  return (context) => {
    const value = left.evaluate(context);
    const members = right.flatMap((each) => {
      const member = each.evaluate(context);
      return Array.isArray(member) ? member : [member];
    });
    if (value === null) return null;
    const isFound = every
      ? members.every((each) => matches(value, each))
      : members.some((each) => matches(value, each));
    return isFound !== isNegated;
  };
}

/** https://learn.microsoft.com/kusto/query/datetime-timespan-arithmetic */
function arithmetic(operator: string, left: Scalar, right: Scalar): Evaluate | undefined {
  const calculate = calculationOf(operator, left.type, right.type);
  if (calculate === undefined) return undefined;
  return (context) => {
    const [a, b] = [left.evaluate(context), right.evaluate(context)];
    return a === null || b === null ? null : calculate(Number(a), Number(b));
  };
}

const ADDITIVE: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
};

function calculationOf(
  operator: string,
  left: string,
  right: string,
): ((a: number, b: number) => number | null) | undefined {
  const numbers = isNumeric(left) && isNumeric(right);
  const moments = `${left} ${operator} ${right}`;
  const isOfMoments = [
    "datetime - datetime",
    "datetime - timespan",
    "datetime + timespan",
    "timespan + datetime",
    "timespan + timespan",
    "timespan - timespan",
  ].includes(moments);
  if (numbers || isOfMoments) {
    const additive = ADDITIVE[operator];
    if (additive !== undefined) return additive;
  }
  if (operator === "*") {
    const scales = (left === "timespan" && isNumeric(right)) || (right === "timespan" && isNumeric(left));
    return numbers || scales ? (a, b) => a * b : undefined;
  }
  if (operator !== "/") return undefined;
  const whole = [left, right].every((type) => type === "int" || type === "long");
  // A whole number by a whole one is whole, and none by zero.
  if (whole) return (a, b) => (b === 0 ? null : Math.trunc(a / b));
  if (numbers || (left === "timespan" && (right === "timespan" || isNumeric(right)))) return (a, b) => a / b;
  return undefined;
}
