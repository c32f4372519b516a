import type { Properties, PropertyValue } from "../provider.ts";
import { isObject, withoutSecrets } from "../values.ts";

/** Values without the markers of secrets, and without nulls: as the real provider takes them. */
export function plain(properties: Properties): Properties {
  return withoutNulls(withoutSecrets(properties));
}

function withoutNulls(properties: Properties): Properties {
  const clean = (value: PropertyValue): PropertyValue => {
    if (Array.isArray(value)) return value.map(clean);
    return isObject(value) ? withoutNulls(value) : value;
  };
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, clean(value)]),
  );
}
