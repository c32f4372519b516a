import assert from "node:assert/strict";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";
import { isObject, UNKNOWN } from "../../../../sandbox/providers/values.ts";
import { type NativeFixture, type Recorded, refused } from "./native-fixture.ts";

export interface Life {
  type: string;
  name: string;
  news: Properties;
  /** Inputs to change in place. */
  change: Properties;
  /** Paths of outputs that only Azure can tell: unknown in a preview, there after the creation. */
  fromAzure: string[];
}

/**
 * Takes a resource through all that the engine does with one: preview, creation, an update without a change, a
 * refresh, a change in place, an import, its deletion.
 */
export async function livesThrough(fixture: NativeFixture, life: Life): Promise<Recorded> {
  const { type, name, news, change, fromAzure } = life;
  const previewed = await fixture.previewCreate(type, name, news);
  const created = await fixture.declare(type, name, news);
  for (const path of fromAzure) {
    assert.equal(at(previewed, path), UNKNOWN, `${path} in a preview`);
    const value = at(created.outputs, path);
    assert.ok(value !== undefined && value !== UNKNOWN, `${path} after the creation`);
  }
  assertKnownCameTrue(previewed, created.outputs, "");
  assert.equal(created.outputs.id, created.id);

  assert.equal((await fixture.diff(created, news)).changes, "DIFF_NONE", "without a change");
  await refused(
    fixture.provider.create({
      type: `azure-native:${type}`,
      name: "again",
      urn: `urn:pulumi:dev::keyturn::azure-native:${type}::again`,
      properties: created.inputs,
      preview: false,
    }),
    `cannot create already existing resource '${created.id}'`,
  );
  await assertNothingDrifted(fixture, created);

  const diff = await fixture.diff(created, { ...news, ...change });
  assert.deepEqual([diff.changes, diff.replaces], ["DIFF_SOME", []], "a change in place");
  const preview = await fixture.update(created, { ...news, ...change }, { preview: true });
  assert.equal(preview.outputs.name, created.outputs.name, "a name does not change with an update");
  const updated = await fixture.update(created, { ...news, ...change });
  assert.equal((await fixture.diff(updated, { ...news, ...change })).changes, "DIFF_NONE", "after an update");
  await assertNothingDrifted(fixture, updated);

  const imported = await fixture.import(type, updated.id);
  assert.equal(imported.id, updated.id);
  assert.deepEqual(imported.properties, updated.outputs);
  const asImported = { type, name, id: imported.id, inputs: imported.inputs, outputs: imported.properties };
  assert.equal((await fixture.diff(asImported, imported.inputs)).changes, "DIFF_NONE", "after an import");
  for (const [key, value] of Object.entries(pathInputs(updated, imported.inputs))) {
    assert.equal(imported.inputs[key], value, `${key} of an import`);
  }

  await fixture.delete(updated);
  assert.deepEqual(await fixture.read(updated), { id: "", properties: {}, inputs: {} });
  await fixture.delete(updated);
  return updated;
}

/** The inputs that name the resource, which an import has to find in its id. */
function pathInputs({ id, inputs }: Recorded, imported: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(
      ([key, value]) => typeof value === "string" && id.includes(value) && key in imported,
    ),
  );
}

async function assertNothingDrifted(fixture: NativeFixture, recorded: Recorded): Promise<void> {
  const { id, outputs, inputs } = recorded;
  assert.deepEqual(await fixture.read(recorded), { id, properties: outputs, inputs });
}

/** What a preview promised is what came. A secret's value is the one promise that Azure does not give back. */
function assertKnownCameTrue(promised: PropertyValue, came: PropertyValue | undefined, path: string): void {
  if (promised === UNKNOWN || path === ".properties.value" || path === ".destination.endpointUrl") return;
  if (isObject(promised)) {
    for (const [key, value] of Object.entries(promised)) {
      assertKnownCameTrue(value, isObject(came) ? came[key] : undefined, `${path}.${key}`);
    }
  } else if (Array.isArray(promised)) {
    for (const [index, value] of promised.entries()) {
      assertKnownCameTrue(value, Array.isArray(came) ? came[index] : undefined, `${path}[${index}]`);
    }
  } else assert.equal(came, promised, `${path} is as previewed`);
}

function at(properties: Properties, path: string): PropertyValue | undefined {
  let value: PropertyValue | undefined = properties;
  for (const step of path.split(".")) value = isObject(value) ? value[step] : undefined;
  return value;
}
