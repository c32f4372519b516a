import type { PropertyValue } from "../provider.ts";
import { isObject, isUnknown, UNKNOWN } from "../values.ts";
import type { Validation } from "./schema.ts";

/** What is needed to know of a scalar. */
export type Scalar =
  | { type: "string"; validate?: Validation<string> }
  | { type: "int"; validate?: Validation<number> }
  | { type: "bool" };

export interface Coerced {
  /** Undefined when the value cannot be of this type. */
  value: string | number | boolean | undefined;
  complaint?: string;
}

/** Spellings of a boolean that Go's strconv.ParseBool takes (https://pkg.go.dev/strconv#ParseBool). */
const TRUE_SPELLINGS = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE_SPELLINGS = ["0", "f", "F", "FALSE", "false", "False"];

/** Turns a value into the scalar that the schema wants, where one can be read from it, and validates it. */
export function coercedScalar(scalar: Scalar, value: PropertyValue): Coerced {
  if (isUnknown(value)) return { value: UNKNOWN };
  if (value === null) return { value: undefined, complaint: "must not be null" };
  if (Array.isArray(value)) return { value: undefined, complaint: "must be a single value, not a list" };
  if (isObject(value)) return { value: undefined, complaint: "must be a single value, not a map" };
  switch (scalar.type) {
    case "string":
      return validated(String(value), scalar.validate);
    case "int": {
      const whole = integerOf(value);
      return whole === undefined
        ? { value: undefined, complaint: "must be a whole number" }
        : validated(whole, scalar.validate);
    }
    case "bool": {
      const flag = flagOf(value);
      return flag === undefined
        ? { value: undefined, complaint: "must be a boolean (true or false)" }
        : { value: flag };
    }
  }
}

function validated<T extends string | number>(value: T, validate: Validation<T> | undefined): Coerced {
  const complaint = validate?.(value);
  return complaint === undefined ? { value } : { value, complaint };
}

function integerOf(value: string | number | boolean): number | undefined {
  if (typeof value === "number") return Math.trunc(value);
  return typeof value === "string" && /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}

function flagOf(value: string | number | boolean): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (TRUE_SPELLINGS.includes(value)) return true;
  return FALSE_SPELLINGS.includes(value) ? false : undefined;
}
