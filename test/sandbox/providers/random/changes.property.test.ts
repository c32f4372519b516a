import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";
import { createRandomProvider } from "../../../../sandbox/providers/random/provider.ts";
import { UNKNOWN } from "../../../../sandbox/providers/values.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { plainOutputs, ResourceDriver } from "../../../support/resource-driver.ts";
import { documentedTypes } from "../documented-types.ts";

const RUNS = 60;

type Values = { [name: string]: fc.Arbitrary<PropertyValue> };

const flags = fc.boolean();
const minimum = fc.integer({ min: 0, max: 3 });
const keepers = fc.dictionary(fc.constantFrom("generation", "slot"), fc.constantFrom("1", "2", "a"), {
  minKeys: 1,
  noNullPrototype: true,
});
const words = fc.constantFrom("kt", "sell_", "mailman");

/** Letters always may be used, so that there is something to make a text of. */
const text = {
  always: { length: fc.integer({ min: 12, max: 20 }), lower: fc.constant(true) } as Values,
  sometimes: {
    keepers,
    minLower: minimum,
    minNumeric: minimum,
    minSpecial: minimum,
    minUpper: minimum,
    numeric: flags,
    overrideSpecial: fc.constantFrom("!#", "-_"),
    special: flags,
    upper: flags,
  } as Values,
};

const samples: Record<string, { always: Values; sometimes: Values }> = {
  "random:index/randomId:RandomId": {
    always: { byteLength: fc.integer({ min: 1, max: 16 }) },
    sometimes: { keepers, prefix: words },
  },
  "random:index/randomInteger:RandomInteger": {
    always: { min: fc.integer({ min: -50, max: 0 }), max: fc.integer({ min: 1, max: 50 }) },
    sometimes: { keepers, seed: words },
  },
  "random:index/randomPet:RandomPet": {
    always: {},
    sometimes: {
      keepers,
      length: fc.integer({ min: 1, max: 4 }),
      prefix: words,
      separator: fc.constantFrom("-", ".", "_"),
    },
  },
  "random:index/randomString:RandomString": text,
  "random:index/randomUuid:RandomUuid": { always: {}, sometimes: { keepers } },
};

/** As text, for RandomPassword differs from RandomString only in what it makes secret. */
function essence(value: PropertyValue | undefined): string {
  const sorted = typeof value === "object" && value !== null ? Object.entries(value).sort() : (value ?? null);
  return JSON.stringify(sorted);
}

describe("changes of random resources", () => {
  for (const [type, { always, sometimes }] of Object.entries(samples)) {
    const documented = documentedTypes[type];
    assert.ok(documented, `${type} is not documented`);
    const inputs = fc.record<Properties>(
      { ...always, ...sometimes } as { [name: string]: fc.Arbitrary<PropertyValue> },
      {
        requiredKeys: Object.keys(always),
      },
    );
    const driver = () =>
      new ResourceDriver(createRandomProvider({ randomness: seededRandomness("changes") }));
    const className = type.split(":").at(-1);

    it(`${className}: Diff replaces for exactly the changes that are documented to`, async () => {
      await fc.assert(
        fc.asyncProperty(inputs, inputs, async (one, other) => {
          const d = driver();
          const before = await d.create(type, one);
          const recorded = plainOutputs(before);
          const wanted = (name: string) =>
            other[name] ?? (name === "number" ? other.numeric : undefined) ?? documented.defaults[name];
          const expected = documented.replacing.filter(
            (name) => essence(recorded[name]) !== essence(wanted(name)),
          );
          const diff = await d.diff(before, other);
          assert.deepEqual(diff.replaces, expected.sort());
          assert.deepEqual(diff.diffs, diff.replaces);
          assert.equal(diff.detailedDiff, undefined);
          assert.equal(diff.deleteBeforeReplace, false);
        }),
        { numRuns: RUNS },
      );
    });

    it(`${className}: an input that is not known yet replaces`, async () => {
      await fc.assert(
        fc.asyncProperty(inputs, fc.nat(), async (one, index) => {
          const names = Object.keys(one);
          fc.pre(names.length > 0);
          const name = names[index % names.length] as string;
          const d = driver();
          const diff = await d.diff(await d.create(type, one), { ...one, [name]: UNKNOWN });
          const mirrored = name === "numeric" ? ["number", "numeric"] : [name];
          assert.deepEqual(diff.replaces, mirrored);
        }),
        { numRuns: RUNS },
      );
    });

    it(`${className}: what was created is as it was asked for, stays so through a refresh, and then nothing differs`, async () => {
      await fc.assert(
        fc.asyncProperty(inputs, async (one) => {
          const d = driver();
          const made = await d.create(type, one);
          for (const [name, value] of Object.entries(one))
            assert.deepEqual(plainOutputs(made)[name], value, name);
          assert.equal((await d.diff(made, one)).changes, "DIFF_NONE");
          const seen = await d.refresh(made);
          assert.deepEqual(seen, made);
          await d.remove(made);
        }),
        { numRuns: RUNS },
      );
    });
  }

  it("RandomString holds each kind of character as often as asked", async () => {
    const { always, sometimes } = text;
    const inputs = fc.record<Properties>(
      { ...always, ...sometimes } as { [name: string]: fc.Arbitrary<PropertyValue> },
      {
        requiredKeys: Object.keys(always),
      },
    );
    await fc.assert(
      fc.asyncProperty(inputs, fc.string(), async (one, seed) => {
        const d = new ResourceDriver(createRandomProvider({ randomness: seededRandomness(seed) }));
        const result = String((await d.create("random:index/randomString:RandomString", one)).outputs.result);
        assert.equal(result.length, one.length);
        const special = one.overrideSpecial ? `[${one.overrideSpecial}]` : "[^A-Za-z0-9]";
        const kinds = { minLower: "[a-z]", minUpper: "[A-Z]", minNumeric: "[0-9]", minSpecial: special };
        for (const [input, kind] of Object.entries(kinds)) {
          const count = result.match(new RegExp(kind, "g"))?.length ?? 0;
          assert.ok(count >= Number(one[input] ?? 0), `${input} of "${result}"`);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
