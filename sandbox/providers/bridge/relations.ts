import type { Schema } from "./schema.ts";

/** Whether the program gives a property, and whether its value is known yet. */
export type Presence = "absent" | "known" | "unknown";

/**
 * What is wrong between properties: two that exclude each other, or none of several of which one is
 * needed. Each violated rule is told once, at the first property that states it. A value that is not known
 * yet may turn out to be none, so it breaks no rule.
 */
export function relationFailures(
  schema: Schema,
  presenceOf: (name: string) => Presence,
): { property: string; complaint: string }[] {
  const isGiven = (name: string) => presenceOf(name) !== "absent";
  const isKnown = (name: string) => presenceOf(name) === "known";
  const found = new Map<string, { property: string; complaint: string }>();
  const report = (rule: string, names: readonly string[], property: string, complaint: string) => {
    const key = `${rule} ${[...names].sort().join(" ")}`;
    if (!found.has(key)) found.set(key, { property, complaint });
  };
  for (const [name, property] of Object.entries(schema)) {
    for (const other of property.conflictsWith ?? []) {
      if (isKnown(name) && isKnown(other)) {
        report("conflict", [name, other], name, `conflicts with "${other}": give only one of them`);
      }
    }
    if (property.exactlyOneOf !== undefined) {
      const given = property.exactlyOneOf.filter(isKnown);
      const list = property.exactlyOneOf.join(", ");
      if (!property.exactlyOneOf.some(isGiven)) {
        report("exactlyOne", property.exactlyOneOf, name, `is missing: one of ${list} must be given`);
      } else if (given.length > 1) {
        report(
          "exactlyOne",
          property.exactlyOneOf,
          name,
          `is one of ${list}, of which only one can be given, but ${given.join(", ")} were given`,
        );
      }
    }
    if (property.atLeastOneOf !== undefined && !property.atLeastOneOf.some(isGiven)) {
      report(
        "atLeastOne",
        property.atLeastOneOf,
        name,
        `is missing: one of ${property.atLeastOneOf.join(", ")} must be given`,
      );
    }
  }
  return [...found.values()];
}
