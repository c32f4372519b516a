import type { Properties, PropertyValue } from "../provider.ts";
import { isObject } from "../values.ts";

/** How one object differs from another. */
export interface ObjectDiff {
  adds: Map<string, PropertyValue>;
  deletes: Set<string>;
  updates: Map<string, ValueDiff>;
}

/** How a value that is there before and after has changed. */
export type ValueDiff = { before: PropertyValue; after: PropertyValue } & (
  | { kind: "object"; object: ObjectDiff }
  | { kind: "array"; added: number[]; deleted: number[]; updates: Map<number, ValueDiff> }
  | { kind: "plain" }
);

/** Undefined when there is no difference. What the provider keeps for itself (`__…`) is not compared. */
export function diffObjects(before: Properties, after: Properties): ObjectDiff | undefined {
  const diff: ObjectDiff = { adds: new Map(), deletes: new Set(), updates: new Map() };
  for (const [key, value] of Object.entries(before)) {
    if (key.startsWith("__")) continue;
    const next = after[key];
    if (next === undefined) diff.deletes.add(key);
    else {
      const update = diffValues(value, next);
      if (update !== undefined) diff.updates.set(key, update);
    }
  }
  for (const [key, value] of Object.entries(after)) {
    if (!key.startsWith("__") && before[key] === undefined) diff.adds.set(key, value);
  }
  return diff.adds.size + diff.deletes.size + diff.updates.size > 0 ? diff : undefined;
}

function diffValues(before: PropertyValue, after: PropertyValue): ValueDiff | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    const both = Math.min(before.length, after.length);
    const updates = new Map<number, ValueDiff>();
    for (let index = 0; index < both; index++) {
      const update = diffValues(before[index] ?? null, after[index] ?? null);
      if (update !== undefined) updates.set(index, update);
    }
    const added = range(both, after.length);
    const deleted = range(both, before.length);
    if (updates.size + added.length + deleted.length === 0) return undefined;
    return { before, after, kind: "array", added, deleted, updates };
  }
  if (isObject(before) && isObject(after)) {
    const object = diffObjects(before, after);
    return object && { before, after, kind: "object", object };
  }
  return before === after ? undefined : { before, after, kind: "plain" };
}

/**
 * `values` with what differs between two other objects, and nothing else of those: a change that was seen in the
 * outputs is carried over into the inputs.
 */
export function withDiff(values: Properties, diff: ObjectDiff | undefined): Properties {
  if (diff === undefined) return values;
  const result: Properties = Object.fromEntries(
    Object.entries(values).filter(([key]) => !diff.deletes.has(key)),
  );
  for (const [key, value] of diff.adds) result[key] = value;
  for (const [key, { before, after }] of diff.updates) {
    const value = values[key];
    result[key] = value === undefined ? after : withChange(value, before, after);
  }
  return result;
}

function withChange(value: PropertyValue, before: PropertyValue, after: PropertyValue): PropertyValue {
  if (isObject(value) && isObject(before) && isObject(after))
    return withDiff(value, diffObjects(before, after));
  if (Array.isArray(value) && Array.isArray(before) && Array.isArray(after)) {
    return after.map((item, index) => {
      const [own, old] = [value[index], before[index]];
      return own === undefined || old === undefined ? item : withChange(own, old, item);
    });
  }
  return after;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
