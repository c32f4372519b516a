import type { Properties, PropertyValue } from "../provider.ts";
import { isObject, UNKNOWN } from "../values.ts";
import type { Fields, ResourceDefinition, Shape } from "./schema.ts";

/** What a preview knows of a resource: its inputs, where they come back as outputs; the rest is unknown. */
export function previewOutputs(definition: ResourceDefinition, inputs: Properties): Properties {
  return { id: UNKNOWN, ...previewed(definition.outputs, inputs) };
}

function previewed(fields: Fields, inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, previewedValue(field, inputs[name])]),
  );
}

function previewedValue(shape: Shape, value: PropertyValue | undefined): PropertyValue {
  if (shape.kind === "string" && shape.const !== undefined) return shape.const;
  if (value === undefined) return UNKNOWN;
  if (Array.isArray(value) && shape.kind === "array") {
    return value.map((item) => previewedValue(shape.items, item));
  }
  if (isObject(value)) {
    if (shape.kind === "object") return previewed(shape.fields, value);
    if (shape.kind === "map") {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, previewedValue(shape.values, item)]),
      );
    }
  }
  return isOf(shape, value) ? value : UNKNOWN;
}

function isOf({ kind }: Shape, value: PropertyValue): boolean {
  if (kind === "any") return true;
  if (kind === "union") return isObject(value);
  return typeof value === (kind === "integer" ? "number" : kind);
}
