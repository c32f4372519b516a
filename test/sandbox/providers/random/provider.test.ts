import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compare } from "bcryptjs";
import type { EngineLog, Properties } from "../../../../sandbox/providers/provider.ts";
import { createRandomProvider } from "../../../../sandbox/providers/random/provider.ts";
import { isSecret } from "../../../../sandbox/providers/values.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";

const TYPES = {
  uuid: "random:index/randomUuid:RandomUuid",
  integer: "random:index/randomInteger:RandomInteger",
  id: "random:index/randomId:RandomId",
  password: "random:index/randomPassword:RandomPassword",
  string: "random:index/randomString:RandomString",
};

function resource(type: string, name = "r") {
  return { urn: `urn:pulumi:dev::p::${type}::${name}`, type, name };
}

function recordingLog(): EngineLog & { warnings: string[] } {
  const warnings: string[] = [];
  return { warnings, warn: (_, message) => warnings.push(message) };
}

async function created(type: string, properties: Properties, seed: string | number = 0) {
  const provider = createRandomProvider({ randomness: seededRandomness(seed) });
  return provider.create({ ...resource(type), properties, preview: false });
}

describe("the random provider", () => {
  const provider = createRandomProvider({ randomness: seededRandomness("tests") });
  const check = (type: string, news: Properties, log: EngineLog) =>
    provider.check(
      { ...resource(type), news, olds: undefined, randomSeed: new Uint8Array(), autonaming: undefined },
      log,
    );

  it("warns by name of an input that it does not know, and lets it pass", async () => {
    const log = recordingLog();
    const answer = await check(TYPES.uuid, { keepers: { a: "1" }, keeper: "x" }, log);
    assert.deepEqual(answer, { inputs: { keepers: { a: "1" }, keeper: "x" }, failures: [] });
    assert.equal(log.warnings.length, 1);
    assert.match(log.warnings[0] ?? "", /"keeper" is not an input of random:index\/randomUuid:RandomUuid/);
  });

  it("warns of nothing when every input is known", async () => {
    const log = recordingLog();
    await check(TYPES.integer, { min: 1, max: 2, seed: "s", keepers: {} }, log);
    assert.deepEqual(log.warnings, []);
  });

  it("refuses a resource type that it does not emulate, by name", async () => {
    const answer = await check("random:index/randomShuffle:RandomShuffle", {}, recordingLog());
    assert.equal(answer.failures.length, 1);
    assert.match(answer.failures[0]?.reason ?? "", /RandomShuffle.*RandomId, RandomInteger, RandomPassword/s);
    await assert.rejects(created("random:index/randomShuffle:RandomShuffle", {}), {
      code: "UNIMPLEMENTED",
      message: /randomShuffle:RandomShuffle/,
    });
  });

  it("refuses a function, by name", async () => {
    await assert.rejects(provider.invoke({ token: "random:index/getX:getX", args: {} }), {
      code: "UNIMPLEMENTED",
      message: /random:index\/getX:getX/,
    });
  });

  it("makes the same from the same randomness, and something else from another", async () => {
    for (const type of [TYPES.uuid, TYPES.id, TYPES.string]) {
      const inputs: Properties =
        type === TYPES.id ? { byteLength: 8 } : type === TYPES.string ? { length: 20 } : {};
      const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => created(type, inputs, seed)));
      assert.deepEqual(one, again);
      assert.notDeepEqual(one, other);
    }
  });

  it("hands out a bcrypt hash that fits the password", async () => {
    const { properties } = await created(TYPES.password, { length: 90 });
    const { result, bcryptHash } = properties;
    assert.ok(isSecret(result) && isSecret(bcryptHash));
    assert.equal(await compare(String(result.value), String(bcryptHash.value)), true);
    assert.equal(await compare(`x${result.value}`, String(bcryptHash.value)), false);
  });

  it("uses no character that was not allowed, however small the set", async () => {
    const { properties } = await created(TYPES.string, {
      length: 40,
      upper: false,
      lower: false,
      numeric: false,
      overrideSpecial: "é~",
    });
    assert.match(String(properties.result), /^[é~]{40}$/);
  });

  it("refuses to make a text out of nothing", async () => {
    const nothing = { length: 4, upper: false, lower: false, special: false };
    const answer = await check(TYPES.string, { ...nothing, numeric: false }, recordingLog());
    assert.match(answer.failures[0]?.reason ?? "", /numeric/);
    await assert.rejects(created(TYPES.string, { ...nothing, numeric: false }), /no kind of character/);
  });

  it("tells all violations at once", async () => {
    const { failures } = await check(TYPES.integer, { seed: "s" }, recordingLog());
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["max", "min"]);
  });
});
