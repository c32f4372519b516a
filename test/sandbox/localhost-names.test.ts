import assert from "node:assert/strict";
import { lookup as namedLookup, promises } from "node:dns";
import { lookup as promisedLookup } from "node:dns/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import "../../sandbox/localhost-names.ts";

const found = (hostname: string, options: object = {}) =>
  new Promise((done, fail) => {
    namedLookup(hostname, options, (error, address, family) =>
      error ? fail(error) : done([address, family]),
    );
  });

test("every name below localhost means this machine", async () => {
  assert.deepEqual(await found("sell-kv.vault.localhost"), ["127.0.0.1", 4]);
  assert.deepEqual(await found("SELL-KV.VAULT.LOCALHOST."), ["127.0.0.1", 4]);
  assert.deepEqual(await found("a.localhost", { family: 6 }), ["::1", 6]);
  assert.deepEqual(await found("a.localhost", { all: true }), [
    [{ address: "127.0.0.1", family: 4 }],
    undefined,
  ]);
  assert.deepEqual(await promises.lookup("a.localhost"), { address: "127.0.0.1", family: 4 });
  assert.deepEqual(await promisedLookup("a.localhost", { all: true }), [{ address: "127.0.0.1", family: 4 }]);
  const [address] = (await promisify((name: string, done: (error: Error | null, address?: unknown) => void) =>
    namedLookup(name, (error, one) => done(error, [one])),
  )("a.localhost")) as string[];
  assert.equal(address, "127.0.0.1");
});

test("every other name is asked for as before", async () => {
  assert.deepEqual(await found("127.0.0.1"), ["127.0.0.1", 4]);
  await assert.rejects(found("localhost.invalid"), { syscall: "getaddrinfo" });
  await assert.rejects(found("notlocalhost.invalid"), { syscall: "getaddrinfo" });
});
