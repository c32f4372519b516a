import type { Properties, PropertyValue } from "../provider.ts";
import { isObject, isUnknown, UNKNOWN } from "../values.ts";
import { isNothing, isRecordedElement, isZero, pairedUp } from "./equality.ts";
import {
  type BlockProperty,
  type CollectionProperty,
  defaultOf,
  isComputed,
  type Property,
  type ScalarProperty,
  type Schema,
} from "./schema.ts";

/**
 * What a resource will look like once the program's inputs have been applied to what is recorded of it:
 * every property of the schema, unknown where only the directory can say, null where nobody says anything.
 * The rules are those of Terraform's classic plugin SDK
 * (https://developer.hashicorp.com/terraform/plugin/sdkv2/schemas/schema-behaviors).
 * @param recorded the outputs of the last deployment; undefined for a resource that does not exist yet
 * @param inputs checked inputs, without bookkeeping
 */
export function plannedState(
  schema: Schema,
  recorded: Properties | undefined,
  inputs: Properties,
): Properties {
  return Object.fromEntries(
    Object.entries(schema).map(([name, property]) => [
      name,
      plannedValue(property, recorded === undefined ? NEW : (recorded[name] ?? null), inputs[name]),
    ]),
  );
}

/** Stands for "there is no record", which is not the same as a record of nothing. */
const NEW = Symbol("new");
type Recorded = PropertyValue | typeof NEW;

function plannedValue(
  property: Property,
  recorded: Recorded,
  given: PropertyValue | undefined,
): PropertyValue {
  switch (property.type) {
    case "map":
      return plannedMap(property, recorded, given ?? null);
    case "list":
    case "set":
      return plannedCollection(property, recorded, given ?? null);
    case "block":
      return plannedBlock(property, recorded, given ?? null);
    default:
      return plannedScalar(property, recorded, given ?? defaultOf(property) ?? null);
  }
}

function plannedScalar(property: ScalarProperty, recorded: Recorded, given: PropertyValue): PropertyValue {
  if (given === null) {
    if (isComputed(property)) return recorded === NEW ? UNKNOWN : recorded;
    return recorded !== NEW && isZero(recorded) ? recorded : null;
  }
  if (recorded === NEW || isUnknown(given)) return given;
  if (property.type === "string" && isSameText(property.ignoreCase, recorded, given)) return recorded;
  return given;
}

function isSameText(ignoreCase: boolean | undefined, recorded: PropertyValue, given: PropertyValue): boolean {
  if (isZero(recorded) && given === "") return true;
  return (
    ignoreCase === true &&
    typeof recorded === "string" &&
    typeof given === "string" &&
    recorded.toLowerCase() === given.toLowerCase()
  );
}

function plannedMap(property: Property, recorded: Recorded, given: PropertyValue): PropertyValue {
  if (given === null) {
    if (isComputed(property)) return recorded === NEW ? UNKNOWN : recorded;
    return recorded === NEW || isNothing(recorded) ? (recorded === NEW ? null : recorded) : {};
  }
  if (isObject(given) && Object.values(given).some(isUnknown)) return UNKNOWN;
  return isNothing(given) && recorded !== NEW && isNothing(recorded) ? recorded : given;
}

function plannedCollection(
  property: CollectionProperty,
  recorded: Recorded,
  given: PropertyValue,
): PropertyValue {
  if (given === null) {
    if (isComputed(property)) return recorded === NEW ? UNKNOWN : recorded;
    if (recorded !== NEW && isNothing(recorded)) return recorded;
    // A list of nested blocks always has a length; a list of plain values may be missing altogether.
    return property.of.type === "block" ? [] : null;
  }
  // One unknown element hides how many there are and, in a set, which.
  if (!Array.isArray(given) || given.some(isUnknown)) return UNKNOWN;
  if (recorded !== NEW && isNothing(given) && isNothing(recorded)) return recorded;
  const { of } = property;
  const before = recorded !== NEW && Array.isArray(recorded) ? recorded : [];
  if (property.type === "set" && pairedUp(given, before, (item, old) => isRecordedElement(of, item, old))) {
    return before;
  }
  if (of.type === "string") return given;
  return given.map((item, index) => {
    const old =
      property.type === "set"
        ? before.find((candidate) => isRecordedElement(of, item, candidate))
        : before[index];
    return plannedElement(of.fields, old, item);
  });
}

function plannedElement(
  fields: Schema,
  recorded: PropertyValue | undefined,
  given: PropertyValue,
): PropertyValue {
  if (!isObject(given)) return given;
  return plannedState(fields, isObject(recorded) ? recorded : undefined, given);
}

function plannedBlock(property: BlockProperty, recorded: Recorded, given: PropertyValue): PropertyValue {
  if (given === null) {
    if (recorded === NEW) return isComputed(property) ? UNKNOWN : null;
    if (isComputed(property)) return recorded;
    return isObject(recorded) && property.saysNothing?.(recorded) ? recorded : null;
  }
  if (!isObject(given)) return UNKNOWN;
  if (!isObject(recorded === NEW ? null : recorded)) return plannedElement(property.fields, undefined, given);
  const old = recorded as Properties;
  const isReplaced =
    property.replacedWhole && !isRecordedElement({ type: "block", fields: property.fields }, given, old);
  return plannedElement(property.fields, isReplaced ? undefined : old, given);
}
