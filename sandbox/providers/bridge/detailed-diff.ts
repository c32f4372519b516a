import type { DiffKind, Properties, PropertyValue } from "../provider.ts";
import { isObject, isUnknown } from "../values.ts";
import { sameValue } from "./equality.ts";
import type { BlockElement, CollectionProperty, Property, Schema, TextElement } from "./schema.ts";

/** By path, e.g. `web.redirectUris[1]`. */
export type DetailedDiff = Record<string, DiffKind>;

type Change = "ADD" | "DELETE" | "UPDATE";

/**
 * What a bridged provider tells the engine of the way from the recorded to the planned state, path by
 * path. A list that is empty counts as absent, a map that is empty does not.
 */
export function detailedDiff(schema: Schema, recorded: Properties, planned: Properties): DetailedDiff {
  const diff: DetailedDiff = {};
  for (const [name, property] of Object.entries(schema)) {
    for (const [path, change] of changes(property, name, recorded[name], planned[name])) {
      diff[path] = property.forceNew ? `${change}_REPLACE` : change;
    }
  }
  return diff;
}

/** The top-level properties that the diff touches; with `replacing`, only those that replace the resource. */
export function touchedProperties(diff: DetailedDiff, { replacing = false } = {}): string[] {
  const names = Object.entries(diff)
    .filter(([, kind]) => !replacing || kind.endsWith("_REPLACE"))
    .map(([path]) => path.replace(/[.[].*$/s, ""));
  return [...new Set(names)].sort();
}

function changes(
  property: Property | TextElement | BlockElement,
  path: string,
  recorded: PropertyValue | undefined,
  planned: PropertyValue | undefined,
): [string, Change][] {
  const was = isPresent(recorded);
  const willBe = isPresent(planned);
  if (!was && !willBe) return [];
  if (!was) return [[path, "ADD"]];
  if (!willBe) return [[path, "DELETE"]];
  if (isUnknown(planned)) return [[path, "UPDATE"]];
  switch (property.type) {
    case "block":
      if (!isObject(recorded) || !isObject(planned)) break;
      return Object.entries(property.fields).flatMap(([name, field]) =>
        changes(field, `${path}.${name}`, recorded[name], planned[name]),
      );
    case "map":
      if (!isObject(recorded) || !isObject(planned)) break;
      return [...new Set([...Object.keys(recorded), ...Object.keys(planned)])].flatMap((key) =>
        changes({ type: "string" }, childPath(path, key), recorded[key], planned[key]),
      );
    case "list":
    case "set":
      if (!Array.isArray(recorded) || !Array.isArray(planned)) break;
      return property.type === "set"
        ? setChanges(property, path, recorded, planned)
        : listChanges(property, path, recorded, planned);
    default:
      break;
  }
  return recorded === planned ? [] : [[path, "UPDATE"]];
}

/** An element that went and one that came at the same place are one update. */
function setChanges(
  { of }: CollectionProperty,
  path: string,
  recorded: PropertyValue[],
  planned: PropertyValue[],
): [string, Change][] {
  const isIn = (list: PropertyValue[], item: PropertyValue) =>
    list.some((candidate) => sameValue(of, item, candidate));
  const length = Math.max(recorded.length, planned.length);
  return Array.from({ length }, (_, i) => i).flatMap((i) => {
    const old = recorded[i];
    const next = planned[i];
    const gone = old !== undefined && !isIn(planned, old) ? old : null;
    const come = next !== undefined && !isIn(recorded, next) ? next : null;
    return changes(of, `${path}[${i}]`, gone, come);
  });
}

function listChanges(
  { of }: CollectionProperty,
  path: string,
  recorded: PropertyValue[],
  planned: PropertyValue[],
): [string, Change][] {
  if (of.type === "block") {
    const length = Math.max(recorded.length, planned.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) =>
      changes(of, `${path}[${i}]`, recorded[i], planned[i]),
    );
  }
  const kept = longestCommonSubsequence(recorded, planned);
  const removed = indicesOutside(
    recorded,
    kept.map(([i]) => i),
  );
  const inserted = indicesOutside(
    planned,
    kept.map(([, i]) => i),
  );
  return [...new Set([...removed, ...inserted])].map((i): [string, Change] => {
    const both = removed.includes(i) && inserted.includes(i);
    return [`${path}[${i}]`, both ? "UPDATE" : removed.includes(i) ? "DELETE" : "ADD"];
  });
}

function indicesOutside(list: readonly unknown[], indices: readonly number[]): number[] {
  return list.map((_, i) => i).filter((i) => !indices.includes(i));
}

/** Pairs of indices of the elements that both lists share, in order. */
function longestCommonSubsequence(
  a: readonly PropertyValue[],
  b: readonly PropertyValue[],
): [number, number][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function isPresent(value: PropertyValue | undefined): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** A key that is no plain name is quoted, as in `keepers["a.b"]`. */
function childPath(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}["${key.replaceAll('"', '\\"')}"]`;
}
