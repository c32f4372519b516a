import type { PropertyValue } from "../provider.ts";
import { isObject } from "../values.ts";
import {
  type BlockElement,
  isComputed,
  isInput,
  type Property,
  type Schema,
  type TextElement,
} from "./schema.ts";

/** Null, absent, an empty list and an empty map say the same: nothing. */
export function isNothing(value: PropertyValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Whether a scalar is what it would be if nobody had said anything. */
export function isZero(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}

/** Whether two values of a property are the same; the order in a set has no meaning. */
export function sameValue(
  property: Property | TextElement | BlockElement,
  a: PropertyValue | undefined,
  b: PropertyValue | undefined,
): boolean {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  switch (property.type) {
    case "set":
    case "list": {
      if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
      if (a.length !== b.length) return false;
      if (property.type === "list") return a.every((item, i) => sameValue(property.of, item, b[i]));
      return pairedUp(a, b, (x, y) => sameValue(property.of, x, y));
    }
    case "block":
      if (!isObject(a) || !isObject(b)) return a === b;
      return Object.entries(property.fields).every(([name, field]) => sameValue(field, a[name], b[name]));
    case "map":
      return isObject(a) && isObject(b) ? sameEntries(a, b) : a === b;
    default:
      return a === b;
  }
}

/**
 * Whether an element of a set in the program is the one that is recorded: what the program says of it is
 * the same, what it leaves to the directory may be anything, and of the rest nothing is recorded.
 */
export function isRecordedElement(
  element: TextElement | BlockElement,
  given: PropertyValue,
  recorded: PropertyValue,
): boolean {
  if (element.type === "string" || !isObject(given) || !isObject(recorded)) {
    return sameValue(element, given, recorded);
  }
  return Object.entries(inputsOf(element.fields)).every(([name, field]) => {
    const said = given[name];
    const was = recorded[name];
    if (said === undefined || said === null) return isComputed(field) || isNothing(was) || isZero(was);
    return sameValue(field, said, was);
  });
}

/** Whether each item of `a` has a partner of its own in `b`, none left over. */
export function pairedUp<T>(a: readonly T[], b: readonly T[], matches: (x: T, y: T) => boolean): boolean {
  const rest = [...b];
  for (const item of a) {
    const at = rest.findIndex((candidate) => matches(item, candidate));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return rest.length === 0;
}

function inputsOf(fields: Schema): Schema {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => isInput(field)));
}

function sameEntries(a: { [key: string]: PropertyValue }, b: { [key: string]: PropertyValue }): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
