import fc from "fast-check";
import {
  type Fields,
  type ResourceDefinition,
  required,
  type Shape,
} from "../../../../sandbox/providers/native/schema.ts";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";

// Few and short values: two sets of inputs shall often agree in part.
const TEXTS: Record<string, string[]> = {
  location: ["westeurope", "West Europe", "northeurope"],
  resourceGroupName: ["sell", "SELL", "mail"],
  vaultName: ["vault-a", "vault-b"],
  workspaceName: ["logs-a", "logs-b"],
};

/** Inputs that the provider takes for a type, with every name given and other inputs left out now and then. */
export function arbitraryInputs(definition: ResourceDefinition): fc.Arbitrary<Properties> {
  const { property } = definition.autoName;
  const fields = { ...definition.inputs };
  for (const name of [property, "location"]) {
    if (fields[name] !== undefined) fields[name] = required(fields[name]);
  }
  return arbitraryObject(fields);
}

function arbitraryObject(fields: Fields): fc.Arbitrary<Properties> {
  const values = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, arbitraryValue(field, name)]),
  );
  const requiredKeys = Object.keys(fields).filter((name) => fields[name]?.required);
  return fc.record(values, { requiredKeys }) as fc.Arbitrary<Properties>;
}

function arbitraryValue(shape: Shape, name: string): fc.Arbitrary<PropertyValue> {
  switch (shape.kind) {
    case "string":
      return shape.const === undefined
        ? fc.constantFrom(...(TEXTS[name] ?? ["abc", "abd"]))
        : fc.constant(shape.const);
    case "number":
    case "integer":
      return fc.constantFrom(1, 2);
    case "boolean":
      return fc.boolean();
    case "any":
      return fc.constantFrom<PropertyValue>("x", 1, { y: [true] });
    case "array":
      return fc.array(arbitraryValue(shape.items, name), { maxLength: 2 });
    case "idSet":
      return fc.subarray(["/id/a", "/id/b"]);
    case "map":
      return fc.dictionary(fc.constantFrom("a", "b"), arbitraryValue(shape.values, ""), {
        noNullPrototype: true,
      });
    case "object":
      return arbitraryObject(shape.fields);
    case "union":
      return fc.oneof(...shape.variants.slice(0, 3).map(({ fields }) => arbitraryObject(fields)));
  }
}
