import type { Properties, PropertyValue } from "../provider.ts";
import { isObject, isUnknown, secret, UNKNOWN, withoutSecrets } from "../values.ts";
import type { Schema } from "./schema.ts";

/** Which inputs of an object were filled in by Check; bridged providers keep it beside the inputs. */
export const DEFAULTS_KEY = "__defaults";

/** What a bridged provider or the engine keeps for itself among the properties. */
export function isReserved(key: string): boolean {
  return key.startsWith("__");
}

/** Properties as they come in, for work on them: no secret markers, one spelling of "unknown". */
export function received(properties: Properties | undefined): Properties {
  return canonical(withoutSecrets(properties ?? {})) as Properties;
}

/** The same without the bookkeeping, at every depth. */
export function withoutBookkeeping(properties: Properties): Properties {
  const strip = (value: PropertyValue): PropertyValue => {
    if (Array.isArray(value)) return value.map(strip);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !isReserved(key))
        .map(([key, item]) => [key, strip(item)]),
    );
  };
  return strip(properties) as Properties;
}

/** Marks what the schema calls sensitive as secret, at every depth; null stays plain. */
export function withSecrets(schema: Schema, properties: Properties): Properties {
  const marked = Object.entries(properties).map(([name, value]): [string, PropertyValue] => {
    const property = schema[name];
    if (property === undefined || value === null) return [name, value];
    if (property.sensitive) return [name, secret(value)];
    if (property.type === "block" && isObject(value)) return [name, withSecrets(property.fields, value)];
    if ((property.type === "list" || property.type === "set") && property.of.type === "block") {
      const { fields } = property.of;
      const items = Array.isArray(value)
        ? value.map((item) => (isObject(item) ? withSecrets(fields, item) : item))
        : value;
      return [name, items];
    }
    return [name, value];
  });
  return Object.fromEntries(marked);
}

function canonical(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(canonical);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, canonical(item)]));
  }
  return isUnknown(value) ? UNKNOWN : value;
}
