import type { MapProperty } from "../bridge/schema.ts";
import type { PropertyValue } from "../provider.ts";
import { isObject } from "../values.ts";

/** Values that replace the resource when they change; every resource type of `random` has them. */
export const keepers: MapProperty = { type: "map", use: "optional", forceNew: true };

/**
 * Whether a change of the keepers replaces the resource. A key whose value is null counts as absent, as
 * older versions of the provider recorded it.
 */
export function keepersReplace(recorded: PropertyValue, planned: PropertyValue): boolean {
  const before = isObject(recorded) ? recorded : undefined;
  const after = isObject(planned) ? planned : {};
  if (before === undefined) return Object.values(after).some((value) => value !== null);
  const isAddedOrChanged = Object.entries(after).some(
    ([key, value]) => !(value === null && !(key in before)) && value !== before[key],
  );
  return isAddedOrChanged || Object.keys(before).some((key) => !(key in after));
}
