import type { RowContext, Scalar } from "./context.ts";
import {
  datetimeOf,
  emptyOf,
  isNumeric,
  negated,
  realNumberOf,
  textOf,
  type Value,
  wholeNumberOf,
} from "./values.ts";

type Evaluate = (context: RowContext) => Value;
/** Undefined: not of arguments of these types. */
type Maker = (args: readonly Scalar[], type: string) => Evaluate | undefined;

/** What a function does; undefined: it is not evaluated here, or not of these arguments. */
export function scalarFunction(name: string, args: readonly Scalar[], type: string): Evaluate | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]?.(args, type) : undefined;
}

/** A function of the values alone, for arguments of the given types (`*`: any; `number`: any number). */
function of(types: readonly string[], calculate: (...values: Value[]) => Value): Maker {
  return (args) => {
    if (args.length !== types.length) return undefined;
    if (!args.every(({ type }, index) => fits(type, types[index] ?? ""))) return undefined;
    return (context) => calculate(...args.map((each) => each.evaluate(context)));
  };
}

function fits(type: string, wanted: string): boolean {
  return wanted === "*" || type === wanted || (wanted === "number" && isNumeric(type));
}

/** Null of null. */
function unlessNull(calculate: (value: number) => Value) {
  return (value: Value): Value => (value === null ? null : calculate(Number(value)));
}

const isEmpty = (value: Value) => value === null || value === "";

const FUNCTIONS: Readonly<Record<string, Maker>> = {
  // Conversions
  tostring: ([only]) => only && ((context) => textOf(only.evaluate(context), only.type)),
  tolong: toWhole,
  toint: toWhole,
  toreal: toReal,
  todouble: toReal,
  tobool: ([only]) => {
    if (only === undefined || !["string", "dynamic", "bool"].includes(only.type)) return undefined;
    return (context) => {
      const text = textOf(only.evaluate(context), only.type).toLowerCase();
      return text === "true" ? true : text === "false" ? false : null;
    };
  },
  todatetime: ([only]) => {
    if (only === undefined || !["string", "dynamic", "datetime"].includes(only.type)) return undefined;
    return (context) => {
      const value = only.evaluate(context);
      return typeof value === "string" ? datetimeOf(value) : only.type === "datetime" ? value : null;
    };
  },
  parse_json: parseJson,
  todynamic: parseJson,
  extractjson: of(["string", "string"], (path, text) =>
    textOf(jsonAt(String(text), String(path)), "dynamic"),
  ),

  // Choice
  iff: choice,
  iif: choice,
  case: (args) => {
    if (args.length % 2 !== 1) return undefined;
    return (context) => {
      for (let at = 0; at + 1 < args.length; at += 2) {
        if (args[at]?.evaluate(context) === true) return args[at + 1]?.evaluate(context) ?? null;
      }
      return args.at(-1)?.evaluate(context) ?? null;
    };
  },
  coalesce: (args, type) => (context) =>
    args.map((each) => each.evaluate(context)).find((value) => !isEmpty(value)) ?? emptyOf(type),
  not: of(["bool"], (truth) => negated(truth as boolean | null)),
  isnull: of(["*"], (value) => value === null),
  isnotnull: of(["*"], (value) => value !== null),
  isempty: of(["*"], isEmpty),
  isnotempty: of(["*"], (value) => !isEmpty(value)),

  // Texts
  tolower: of(["string"], (text) => String(text).toLowerCase()),
  toupper: of(["string"], (text) => String(text).toUpperCase()),
  strlen: of(["string"], (text) => [...String(text)].length),
  strcat: (args) => (context) => args.map((each) => textOf(each.evaluate(context), each.type)).join(""),
  split: of(["string", "string"], (text, by) =>
    by === "" ? [String(text)] : String(text).split(String(by)),
  ),
  array_length: of(["dynamic"], (value) => (Array.isArray(value) ? value.length : null)),

  // Numbers and moments
  abs: of(["number"], unlessNull(Math.abs)),
  round: (args) => {
    const [value, digits] = args;
    if (value === undefined || !args.every(({ type }) => isNumeric(type))) return undefined;
    return (context) => {
      const [number, places] = [value.evaluate(context), digits?.evaluate(context) ?? 0];
      if (number === null) return null;
      const factor = 10 ** Number(places);
      return Math.round(Number(number) * factor) / factor;
    };
  },
  min_of: extreme(Math.min),
  max_of: extreme(Math.max),
  bin,
  floor: bin,
  now: (args) => {
    const [offset] = args;
    if (offset !== undefined && offset.type !== "timespan") return undefined;
    return (context) => context.nowMs + Number(offset?.evaluate(context) ?? 0);
  },
  ago: ([span]) =>
    span?.type === "timespan" ? (context) => context.nowMs - Number(span.evaluate(context)) : undefined,
};

function toWhole([only]: readonly Scalar[]): Evaluate | undefined {
  if (only === undefined || !isConvertible(only.type)) return undefined;
  return (context) => {
    const value = only.evaluate(context);
    if (typeof value === "number") return Math.trunc(value);
    if (typeof value === "boolean") return value ? 1 : 0;
    return typeof value === "string" ? wholeNumberOf(value) : null;
  };
}

function toReal([only]: readonly Scalar[]): Evaluate | undefined {
  if (only === undefined || !isConvertible(only.type)) return undefined;
  return (context) => {
    const value = only.evaluate(context);
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    return typeof value === "string" ? realNumberOf(value) : null;
  };
}

function isConvertible(type: string): boolean {
  return isNumeric(type) || ["string", "dynamic", "bool"].includes(type);
}

function parseJson([only]: readonly Scalar[]): Evaluate | undefined {
  if (only?.type === "dynamic") return only.evaluate;
  if (only?.type !== "string") return undefined;
  return (context) => {
    const text = String(only.evaluate(context));
    return text === "" ? null : parsed(text);
  };
}

/** What is no JSON stays text. */
function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

/** `$.a.b` of a JSON text. */
function jsonAt(text: string, path: string): Value {
  return path
    .replace(/^\$\.?/, "")
    .split(".")
    .reduce<Value>(
      (holder, name) =>
        typeof holder === "object" && holder !== null && !Array.isArray(holder) && Object.hasOwn(holder, name)
          ? (holder[name] ?? null)
          : null,
      parsed(text),
    );
}

/** What is neither true nor false is not true. */
function choice([condition, yes, no]: readonly Scalar[]): Evaluate | undefined {
  if (condition?.type !== "bool" || yes === undefined || no === undefined) return undefined;
  return (context) => (condition.evaluate(context) === true ? yes : no).evaluate(context);
}

/** Nulls do not count. */
function extreme(pick: (...numbers: number[]) => number): Maker {
  return (args) => {
    const [first] = args;
    if (first === undefined || !args.every(({ type }) => type === first.type || isNumeric(type)))
      return undefined;
    if (!isNumeric(first.type) && first.type !== "datetime" && first.type !== "timespan") return undefined;
    return (context) => {
      const numbers = args.map((each) => each.evaluate(context)).filter((value) => typeof value === "number");
      return numbers.length === 0 ? null : pick(...numbers);
    };
  };
}

/** Moments are rounded down from the year 1, not from 1970: it matters for weeks. */
const YEAR_1_MS = 62_135_596_800_000;

function bin([value, size]: readonly Scalar[]): Evaluate | undefined {
  if (value === undefined || size === undefined) return undefined;
  const moments = ["datetime", "timespan"].includes(value.type) && size.type === "timespan";
  if (!moments && !(isNumeric(value.type) && isNumeric(size.type))) return undefined;
  const offset = value.type === "datetime" ? YEAR_1_MS : 0;
  return (context) => {
    const [number, step] = [value.evaluate(context), Number(size.evaluate(context))];
    if (number === null || !(step > 0)) return null;
    return Math.floor((Number(number) + offset) / step) * step - offset;
  };
}
