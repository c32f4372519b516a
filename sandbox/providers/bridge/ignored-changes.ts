import type { Properties, PropertyValue } from "../provider.ts";
import { isObject } from "../values.ts";

/**
 * The plan with everything under `paths` as it was (`ignoreChanges`). A path is `owners`,
 * `web.redirectUris` or `owners[0]`; a part that leads nowhere is passed over, as the engine does.
 */
export function withIgnoredChanges(
  planned: Properties,
  recorded: Properties,
  paths: readonly string[],
): Properties {
  return paths.reduce<Properties>((plan, path) => {
    const restored = restore(plan, recorded, partsOf(path));
    return isObject(restored) ? restored : plan;
  }, planned);
}

function restore(
  planned: PropertyValue | undefined,
  recorded: PropertyValue | undefined,
  [part, ...rest]: string[],
): PropertyValue | undefined {
  if (part === undefined) return recorded;
  if (part === "*") {
    const keys = Array.isArray(planned)
      ? planned.map((_, i) => String(i))
      : isObject(planned)
        ? Object.keys(planned)
        : [];
    return keys.reduce<PropertyValue | undefined>(
      (value, key) => restore(value, recorded, [key, ...rest]),
      planned,
    );
  }
  if (Array.isArray(planned) && Array.isArray(recorded)) {
    const index = Number(part);
    if (!(index in planned) || !(index in recorded)) return planned;
    return planned.map((item, i) => (i === index ? (restore(item, recorded[i], rest) ?? null) : item));
  }
  if (isObject(planned) && isObject(recorded)) {
    const { [part]: changed, ...others } = planned;
    const restored = restore(changed, recorded[part], rest);
    return restored === undefined ? others : { ...others, [part]: restored };
  }
  return planned;
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\*|\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );
}
