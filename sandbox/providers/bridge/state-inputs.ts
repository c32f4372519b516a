import type { Properties, PropertyValue } from "../provider.ts";
import { isObject } from "../values.ts";
import { isNothing, isRecordedElement, isZero } from "./equality.ts";
import { defaultOf, isInput, type Property, type Schema } from "./schema.ts";
import { DEFAULTS_KEY } from "./wire.ts";

/**
 * The inputs that a program would need to import a resource in this state: all that can be given and does
 * not merely repeat a default or say nothing.
 */
export function inputsForImport(schema: Schema, state: Properties): Properties {
  const inputs: Properties = { [DEFAULTS_KEY]: [] };
  for (const [name, property] of Object.entries(schema)) {
    const value = state[name];
    if (value === undefined || value === null || !isInput(property)) continue;
    const input = importedValue(property, value);
    if (property.use === "required" || !saysNothing(property, input)) inputs[name] = input;
  }
  return withoutContradictions(schema, inputs);
}

/** The directory fills in properties that a program may not give together. */
function withoutContradictions(schema: Schema, inputs: Properties): Properties {
  const kept = Object.entries(inputs).filter(([name]) => {
    const { conflictsWith = [], exactlyOneOf = [name], use } = schema[name] ?? {};
    if (use === "required") return true;
    const [first] = exactlyOneOf.filter((other) => other in inputs);
    return first === name && !conflictsWith.some((other) => other in inputs);
  });
  return Object.fromEntries([...kept, [DEFAULTS_KEY, inputs[DEFAULTS_KEY] ?? []]]);
}

/**
 * The inputs after a refresh: those that there were, each with the value that the directory has now, so
 * that the next update sees what was changed behind the program's back.
 */
export function refreshedInputs(schema: Schema, oldInputs: Properties, state: Properties): Properties {
  const inputs: Properties = {};
  const changed = new Set<string>();
  for (const [name, old] of Object.entries(oldInputs)) {
    if (name === DEFAULTS_KEY) continue;
    const now = state[name];
    const property = schema[name];
    const input =
      now === undefined || now === null || !property ? undefined : refreshedValue(property, old, now);
    if (input !== undefined) inputs[name] = input;
    if (JSON.stringify(input) !== JSON.stringify(old)) changed.add(name);
  }
  const defaults = oldInputs[DEFAULTS_KEY];
  if (!Array.isArray(defaults)) return inputs;
  return {
    ...inputs,
    [DEFAULTS_KEY]: defaults.filter((name) => typeof name === "string" && !changed.has(name)),
  };
}

function importedValue(property: Property, value: PropertyValue): PropertyValue {
  if (property.type === "block" && isObject(value)) return inputsForImport(property.fields, value);
  if ((property.type === "list" || property.type === "set") && Array.isArray(value)) {
    const { of } = property;
    return of.type === "block"
      ? value.map((item) => (isObject(item) ? inputsForImport(of.fields, item) : item))
      : value;
  }
  return value;
}

function saysNothing(property: Property, value: PropertyValue): boolean {
  const fallback = defaultOf(property);
  if (fallback !== undefined) return value === fallback;
  if (isObject(value)) return Object.keys(value).every((key) => key === DEFAULTS_KEY);
  return isNothing(value) || isZero(value);
}

function refreshedValue(property: Property, old: PropertyValue, now: PropertyValue): PropertyValue {
  switch (property.type) {
    case "block":
      return isObject(old) && isObject(now) ? refreshedInputs(property.fields, old, now) : now;
    case "map":
      if (!isObject(old) || !isObject(now)) return now;
      return Object.fromEntries(Object.entries(now).filter(([key]) => key in old));
    case "list":
    case "set": {
      if (!Array.isArray(old) || !Array.isArray(now)) return now;
      const { of, type } = property;
      // Elements keep the program's order as far as they are still there; new ones are not the program's.
      return old.flatMap((item, index) => {
        const current =
          type === "set" ? now.find((candidate) => isRecordedElement(of, item, candidate)) : now[index];
        if (current === undefined) return [];
        return [
          of.type === "block" && isObject(item) && isObject(current)
            ? refreshedInputs(of.fields, item, current)
            : current,
        ];
      });
    }
    default:
      return now;
  }
}
