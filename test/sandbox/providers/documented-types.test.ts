import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { azureadResources } from "../../../sandbox/providers/azuread/provider.ts";
import type { Property, Schema } from "../../../sandbox/providers/bridge/schema.ts";
import { randomResources } from "../../../sandbox/providers/random/provider.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import { world } from "./azuread/world.ts";
import { documentedTypes } from "./documented-types.ts";

const { directory } = await world();

const schemas: Record<string, Schema> = Object.fromEntries([
  ...Object.entries(azureadResources).map(([type, make]) => [type, make(directory).schema]),
  ...Object.entries(randomResources).map(([type, make]) => [type, make(seededRandomness(0)).schema]),
]);

/** Defaults that follow from another input, and so stand in no schema. */
const DERIVED_DEFAULTS = ["number", "numeric"];

describe("the schemas of the emulated providers", () => {
  it("are those of the documented types, no more and no fewer", () => {
    assert.deepEqual(Object.keys(schemas).sort(), Object.keys(documentedTypes).sort());
  });

  for (const [type, documented] of Object.entries(documentedTypes)) {
    it(`${type.split(":").at(-1)} has the documented inputs and outputs, and replaces for the documented ones`, () => {
      const schema = Object.entries(schemas[type] ?? {});
      const names = (of: (property: Property) => boolean) =>
        schema
          .filter(([, property]) => of(property))
          .map(([name]) => name)
          .sort();
      assert.deepEqual(
        names(({ use }) => use === "required"),
        documented.required.toSorted(),
      );
      assert.deepEqual(
        names(({ use }) => use.startsWith("optional")),
        documented.optional.toSorted(),
      );
      assert.deepEqual(
        names(({ forceNew }) => forceNew === true),
        documented.replacing.toSorted(),
      );
      assert.deepEqual(
        names(({ use }) => use === "output"),
        documented.outputs.toSorted(),
      );
      assert.deepEqual(
        names(({ sensitive }) => sensitive === true),
        documented.secretOutputs.toSorted(),
      );
      const defaults = schema.flatMap(([name, property]) =>
        "default" in property && property.default !== undefined && property.default !== false
          ? [[name, property.default]]
          : [],
      );
      const expected = Object.entries(documented.defaults).filter(
        ([name]) => !DERIVED_DEFAULTS.includes(name),
      );
      assert.deepEqual(Object.fromEntries(defaults), Object.fromEntries(expected));
    });
  }
});
