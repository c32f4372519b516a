import { kindOf } from "./kind.ts";

/** What is done to one resource. */
export interface Touched {
  operation: string;
  type: string;
  name: string;
  /** Paths of the inputs that change. */
  changed: readonly string[];
}

/** Fewer read well enough one by one. */
const FEWEST = 3;

/**
 * Puts together what is changed alike, a new tag on every resource for one, each group where its first one stood. Pure.
 * @param isPlain whether nothing is to be told of it but that it is changed.
 */
export function alikeGroups<T extends Touched>(items: readonly T[], isPlain: (item: T) => boolean): T[][] {
  const groups = Map.groupBy(items, (item) =>
    item.operation === "update" && item.changed.length > 0 && isPlain(item)
      ? JSON.stringify(item.changed)
      : item,
  );
  return [...groups.values()].flatMap((group) =>
    group.length < FEWEST ? group.map((item) => [item]) : [group],
  );
}

/** `10 resources are updated alike: tags.team (Key vault vault, …)`. */
export function alikeText(group: readonly Touched[]): string {
  const names = group.map(({ type, name }) => `${kindOf(type)} ${name}`).join(", ");
  return `${group.length} resources are updated alike: ${(group[0]?.changed ?? []).join(", ")} (${names})`;
}
