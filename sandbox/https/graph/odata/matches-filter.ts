import type { Filter } from "./filter.ts";

/** Whether an entity meets a filter. Text is compared without regard to case, as Graph does. */
export function matchesFilter(
  entity: unknown,
  filter: Filter,
  variables: Record<string, unknown> = {},
): boolean {
  const read = (path: readonly string[]) => valueAt(entity, path, variables);
  switch (filter.kind) {
    case "and":
      return matchesFilter(entity, filter.left, variables) && matchesFilter(entity, filter.right, variables);
    case "or":
      return matchesFilter(entity, filter.left, variables) || matchesFilter(entity, filter.right, variables);
    case "not":
      return !matchesFilter(entity, filter.operand, variables);
    case "compare":
      return compares(read(filter.path), filter.operator, filter.value);
    case "in": {
      const value = read(filter.path);
      return filter.values.some((each) => compares(value, "eq", each));
    }
    case "text": {
      const value = read(filter.path);
      return (
        typeof value === "string" && TEXT_TESTS[filter.test](value.toLowerCase(), filter.value.toLowerCase())
      );
    }
    case "any":
    case "all": {
      const value = read(filter.path);
      const items: unknown[] = Array.isArray(value) ? value : [];
      const { condition, variable } = filter;
      if (condition === undefined) return items.length > 0;
      const meets = (item: unknown) => matchesFilter(entity, condition, { ...variables, [variable]: item });
      return filter.kind === "any" ? items.some(meets) : items.every(meets);
    }
  }
}

const TEXT_TESTS = {
  startswith: (text: string, part: string) => text.startsWith(part),
  endswith: (text: string, part: string) => text.endsWith(part),
  contains: (text: string, part: string) => text.includes(part),
};

function valueAt(entity: unknown, path: readonly string[], variables: Record<string, unknown>): unknown {
  const [first = "", ...rest] = path;
  const [start, names] = first in variables ? [variables[first], rest] : [entity, path];
  let value = start;
  for (const name of names) {
    if (name === "$count") return Array.isArray(value) ? value.length : 0;
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function compares(
  value: unknown,
  operator: "eq" | "ne" | "gt" | "ge" | "lt" | "le",
  wanted: string | number | boolean | null,
): boolean {
  const [a, b] = [comparable(value), comparable(wanted)];
  switch (operator) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "gt":
      return a !== null && b !== null && a > b;
    case "ge":
      return a !== null && b !== null && a >= b;
    case "lt":
      return a !== null && b !== null && a < b;
    case "le":
      return a !== null && b !== null && a <= b;
  }
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function comparable(value: unknown): string | number | boolean | null {
  // The same moment can be written in several ways.
  if (typeof value === "string") return MOMENT.test(value) ? Date.parse(value) : value.toLowerCase();
  if (typeof value === "number" || typeof value === "boolean") return value;
  return null;
}
