import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RESOURCE_DEFINITIONS } from "../../../../sandbox/providers/native/resources/index.ts";
import type { Field, Fields, Shape } from "../../../../sandbox/providers/native/schema.ts";
import { type SdkFields, type SdkShape, sdkApiVersion, sdkDefaults, sdkResource } from "./sdk-type-files.ts";

/** The SDK's file of a resource, e.g. `keyvault/vault`. */
function fileOf(token: string): string {
  const [, module = "", type = ""] = token.split(":");
  return `${module}/${type[0]?.toLowerCase()}${type.slice(1)}`;
}

describe("the tables of resource types", () => {
  it("are of 24 types, each with its own token and place in Azure", () => {
    assert.equal(RESOURCE_DEFINITIONS.length, 24);
    assert.equal(new Set(RESOURCE_DEFINITIONS.map(({ token }) => token)).size, 24);
    assert.equal(new Set(RESOURCE_DEFINITIONS.map(({ armType }) => armType)).size, 24);
  });

  for (const definition of RESOURCE_DEFINITIONS) {
    it(`${definition.token} is as the SDK's type files have it`, () => {
      const { inputs, outputs, inputTypes, outputTypes } = sdkResource(fileOf(definition.token));
      assert.ok(Object.keys(inputs).length > 0, "the SDK has this type");
      sameFields(definition.inputs, inputs, inputTypes, "inputs", true);
      sameFields(definition.outputs, outputs, outputTypes, "outputs", false);
      const defaults = Object.entries(definition.inputs).filter(([, field]) => field.default !== undefined);
      assert.deepEqual(
        Object.fromEntries(defaults.map(([name, field]) => [name, field.default])),
        sdkDefaults(fileOf(definition.token)),
      );
      assert.equal(definition.apiVersion, sdkApiVersion(fileOf(definition.token)));
    });
  }
});

function sameFields(
  fields: Fields,
  sdk: SdkFields,
  types: (name: string) => SdkFields,
  path: string,
  withRequired: boolean,
): void {
  assert.deepEqual(Object.keys(fields).sort(), Object.keys(sdk).sort(), path);
  for (const [name, expected] of Object.entries(sdk)) {
    const field = fields[name] as Field;
    sameShape(field, expected, types, `${path}.${name}`, withRequired);
    if (withRequired) assert.equal(field.required ?? false, expected.required, `${path}.${name} is required`);
  }
}

function sameShape(
  shape: Shape,
  sdk: SdkShape,
  types: (name: string) => SdkFields,
  path: string,
  withRequired: boolean,
): void {
  const inside = (inner: Shape, expected: SdkShape, step: string) =>
    sameShape(inner, expected, types, `${path}${step}`, withRequired);
  switch (sdk.kind) {
    case "number":
      assert.ok(shape.kind === "number" || shape.kind === "integer", path);
      return;
    case "array":
      if (shape.kind === "idSet") assert.deepEqual(sdk.items, { kind: "string" }, path);
      else {
        assert.equal(shape.kind, "array", path);
        if (shape.kind === "array") inside(shape.items, sdk.items, "[]");
      }
      return;
    case "map":
      assert.equal(shape.kind, "map", path);
      if (shape.kind === "map") inside(shape.values, sdk.values, "{}");
      return;
    case "object":
      assert.equal(shape.kind, "object", path);
      if (shape.kind === "object") sameFields(shape.fields, types(sdk.name), types, path, withRequired);
      return;
    case "union":
      assert.equal(shape.kind, "union", path);
      if (shape.kind === "union") {
        assert.equal(shape.variants.length, sdk.names.length, path);
        for (const [index, name] of sdk.names.entries()) {
          const variant = shape.variants[index];
          assert.ok(variant);
          sameFields(variant.fields, types(name), types, `${path}<${name}>`, withRequired);
        }
      }
      return;
    default:
      assert.equal(shape.kind, sdk.kind, path);
      if (sdk.kind === "string" && shape.kind === "string") assert.equal(shape.const, sdk.const, path);
  }
}
