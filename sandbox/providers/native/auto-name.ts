import type { CheckRequest, Properties } from "../provider.ts";
import type { ResourceDefinition } from "./schema.ts";
import { uniqueHex, uniqueUuid } from "./unique-name.ts";

/** The input that says that a resource's name was made up, so that a replacement may be created before it is deleted. */
export const CREATE_BEFORE_DELETE = "__createBeforeDelete";

const SUFFIX_LENGTH = 8;

export interface AutoName {
  name: string;
  /** Whether the name was made up, and not taken over from the resource's own. */
  madeUp: boolean;
}

/** The name of a resource for which the program gives none; undefined when auto-naming is switched off. */
export function autoName(
  { autoName: { property, kind } }: ResourceDefinition,
  { olds, name, randomSeed, autonaming }: Pick<CheckRequest, "olds" | "name" | "randomSeed" | "autonaming">,
): AutoName | undefined {
  const before = nameBefore(olds, property);
  if (before !== undefined) return before;
  if (autonaming?.mode === "disable") return undefined;
  const proposed = autonaming?.mode === "enforce" || (autonaming?.mode === "propose" && kind !== "uuid");
  if (autonaming !== undefined && proposed) return { name: autonaming.proposedName, madeUp: true };
  switch (kind) {
    case "random":
      return { name: `${name}${uniqueHex(randomSeed, SUFFIX_LENGTH)}`, madeUp: true };
    case "uuid":
      return { name: uniqueUuid(randomSeed), madeUp: true };
    case "copy":
      return { name, madeUp: false };
  }
}

function nameBefore(olds: Properties | undefined, property: string): AutoName | undefined {
  const name = olds?.[property];
  return typeof name === "string" ? { name, madeUp: olds?.[CREATE_BEFORE_DELETE] === true } : undefined;
}
