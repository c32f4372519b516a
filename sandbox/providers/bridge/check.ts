import type { CheckFailure, Properties, PropertyValue } from "../provider.ts";
import { isObject, isUnknown, UNKNOWN } from "../values.ts";
import { coercedScalar } from "./coercion.ts";
import { type Presence, relationFailures } from "./relations.ts";
import {
  type CollectionProperty,
  defaultOf,
  isInput,
  type Property,
  type Schema,
  type TextElement,
} from "./schema.ts";
import { DEFAULTS_KEY, isReserved } from "./wire.ts";

export interface CheckedInputs {
  /** As the schema types them, with the defaults filled in; what failed is left out. */
  inputs: Properties;
  /** Every violation, each naming its property. */
  failures: CheckFailure[];
}

/** Where in the inputs, and whose: for the failures. */
interface Place {
  /** The resource's name in the program, or the function's; failures point at `name.path`. */
  name: string;
  /** `web.redirectUris[0]`; empty at the top. */
  path: string;
}

/**
 * What a bridged provider does to a resource's inputs: refuses what the schema does not know, misses or
 * does not allow, turns scalars of a wrong type into the right one where they can be, wraps a lone value
 * where a list is wanted, and fills in defaults.
 * @param olds the inputs of the last deployment: a default once filled in is kept
 */
export function checkInputs(
  schema: Schema,
  news: Properties,
  { name, olds }: { name: string; olds?: Properties | undefined },
): CheckedInputs {
  const failures: CheckFailure[] = [];
  const inputs = checkedObject(schema, news, olds, { name, path: "" }, failures);
  return { inputs, failures };
}

function checkedObject(
  schema: Schema,
  news: Properties,
  olds: Properties | undefined,
  place: Place,
  failures: CheckFailure[],
): Properties {
  const inputs: Properties = {};
  for (const [name, value] of Object.entries(news)) {
    if (isReserved(name)) continue;
    const property = schema[name];
    const at = below(place, name);
    if (property === undefined) {
      failures.push(failure(at, "is not known: no such input"));
    } else if (value !== null && !isInput(property)) {
      failures.push(failure(at, "cannot be given: it is an output"));
    } else if (value !== null) {
      const checked = checkedValue(property, value, at, failures);
      if (checked !== undefined) inputs[name] = checked;
    }
  }
  const presenceOf = (name: string): Presence => {
    const value = news[name] ?? null;
    return value === null ? "absent" : isUnknown(value) ? "unknown" : "known";
  };
  const isGiven = (name: string) => presenceOf(name) !== "absent";
  for (const [name, property] of Object.entries(schema)) {
    if (property.use === "required" && !isGiven(name)) {
      failures.push(failure(below(place, name), "is required, but was not given"));
    }
  }
  failures.push(
    ...relationFailures(schema, presenceOf).map(({ property, complaint }) =>
      failure(below(place, property), complaint),
    ),
  );
  return { ...inputs, ...defaultsFor(schema, isGiven, olds) };
}

/** The defaults of what was not given, and their names under `__defaults`. */
function defaultsFor(
  schema: Schema,
  isGiven: (name: string) => boolean,
  olds: Properties | undefined,
): Properties {
  const oldDefaults = olds?.[DEFAULTS_KEY];
  const wasDefault = (name: string) => !Array.isArray(oldDefaults) || oldDefaults.includes(name);
  const filledIn: Properties = {};
  for (const [name, property] of Object.entries(schema)) {
    const fallback = defaultOf(property);
    if (fallback === undefined || isGiven(name) || property.deprecated !== undefined) continue;
    const old = olds?.[name];
    if (old !== undefined && wasDefault(name)) {
      filledIn[name] = old;
    } else if (fallback) {
      // A default of false, 0 or "" stays implicit: it would say nothing that its absence does not.
      filledIn[name] = fallback;
    }
  }
  return { ...filledIn, [DEFAULTS_KEY]: Object.keys(filledIn).sort() };
}

/** The value as the schema has it; undefined after a failure. */
function checkedValue(
  property: Property,
  value: PropertyValue,
  at: Place,
  failures: CheckFailure[],
): PropertyValue | undefined {
  if (isUnknown(value)) return UNKNOWN;
  switch (property.type) {
    case "map":
      return checkedMap(value, at, failures);
    case "list":
    case "set":
      return checkedCollection(property, value, at, failures);
    case "block":
      return checkedBlock(property.fields, Array.isArray(value) ? value[0] : value, at, failures);
    default: {
      const { value: scalar, complaint } = coercedScalar(property, value);
      if (complaint !== undefined) {
        failures.push(failure(at, complaint, property.sensitive ? undefined : value));
      }
      return scalar;
    }
  }
}

function checkedMap(value: PropertyValue, at: Place, failures: CheckFailure[]): PropertyValue | undefined {
  if (!isObject(value)) {
    failures.push(failure(at, "must be a map of text", value));
    return undefined;
  }
  const entries: [string, PropertyValue][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item === null || isReserved(key)) continue;
    const { value: text, complaint } = coercedScalar({ type: "string" }, item);
    if (complaint !== undefined) failures.push(failure(below(at, key), complaint, item));
    if (text !== undefined) entries.push([key, text]);
  }
  return Object.fromEntries(entries);
}

function checkedCollection(
  property: CollectionProperty,
  value: PropertyValue,
  at: Place,
  failures: CheckFailure[],
): PropertyValue {
  const items = Array.isArray(value) ? value : [value];
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, of } = property;
  if (items.length < minItems) {
    failures.push(failure(at, `needs ${minItems} item minimum, but ${items.length} were given`));
  }
  if (items.length > maxItems) {
    failures.push(failure(at, `supports ${maxItems} item maximum, but ${items.length} were given`));
  }
  return items.flatMap((item, index) => {
    const place = { ...at, path: `${at.path}[${index}]` };
    const checked = isUnknown(item)
      ? UNKNOWN
      : of.type === "block"
        ? checkedBlock(of.fields, item, place, failures)
        : checkedElement(of, item, place, failures);
    return checked === undefined ? [] : [checked];
  });
}

function checkedElement(
  element: TextElement,
  item: PropertyValue,
  at: Place,
  failures: CheckFailure[],
): PropertyValue | undefined {
  const { value, complaint } = coercedScalar(element, item);
  if (complaint !== undefined) failures.push(failure(at, complaint, item));
  return value;
}

function checkedBlock(
  fields: Schema,
  value: PropertyValue | undefined,
  at: Place,
  failures: CheckFailure[],
): PropertyValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (isUnknown(value)) return UNKNOWN;
  if (!isObject(value)) {
    failures.push(
      failure(at, `must be an object, not ${Array.isArray(value) ? "a list" : `a ${typeof value}`}`),
    );
    return undefined;
  }
  return checkedObject(fields, value, undefined, at, failures);
}

function below({ name, path }: Place, key: string): Place {
  return { name, path: path === "" ? key : `${path}.${key}` };
}

function failure({ name, path }: Place, complaint: string, value?: PropertyValue): CheckFailure {
  const got = value === undefined ? "" : `, got ${JSON.stringify(value)}`;
  return { property: path, reason: `"${path}" ${complaint}${got}. Examine values at '${name}.${path}'.` };
}
