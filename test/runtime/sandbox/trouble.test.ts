import assert from "node:assert/strict";
import { test } from "node:test";
import { BreakerOpenError, SecretReadError, TokenRequestError } from "../../../runtime/src/errors.ts";
import { defaultLimits } from "../../../runtime/src/limits.ts";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import { startWorld } from "./world.ts";

const scope = "https://graph.microsoft.com/.default";
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A challenge, so that no cached token will do. */
const anew = (() => {
  let count = 0;
  return () => ({ claims: JSON.stringify({ count: count++ }) });
})();

const tokenTrouble: [string, FaultRequest["effect"]][] = [
  ["429", { kind: "status", status: 429, headers: { "retry-after": "5" }, body: "Too Many Requests" }],
  ["503", { kind: "status", status: 503, body: "{}" }],
  ["nonsense", { kind: "status", status: 418, body: "<html>teapot</html>" }],
  ["a broken connection", { kind: "reset" }],
  ["half an answer", { kind: "half" }],
];
for (const [name, effect] of tokenTrouble) {
  test(`gets over a token endpoint with ${name}, and opens the breaker when it lasts`, async () => {
    await using world = await startWorld();
    const { faults } = world.trusted.sandbox;
    const secret = world.openSecret();
    const tokens = world.openCredential(secret);
    await world.time.until(tokens.getToken(scope));
    const match = { operation: "login.token" };
    await faults.add({ match, effect, times: 2 });
    await world.time.until(tokens.getToken(scope, anew()));
    assert.equal(secret.breaker.state, "closed");
    await faults.clear();
    await faults.add({ match, effect });
    await assert.rejects(world.time.until(tokens.getToken(scope, anew())), TokenRequestError);
    await assert.rejects(tokens.getToken(scope, anew()), BreakerOpenError);
    assert.ok((await tokens.getToken(scope)).token, "the cached token is as good as before");
    await faults.clear();
    await world.time.until(secret.whenCallable());
    await tokens.getToken(scope, anew());
    assert.equal(secret.breaker.state, "closed");
  });
}

test("does not wait for a token endpoint that hangs", async () => {
  await using world = await startWorld();
  const { faults } = world.trusted.sandbox;
  const secret = world.openSecret();
  const tokens = world.openCredential(secret);
  await world.time.until(tokens.getToken(scope));
  await faults.add({ match: { operation: "login.token" }, effect: { kind: "hang" }, times: 1 });
  await world.time.until(tokens.getToken(scope, anew()));
  await faults.add({ match: { operation: "login.token" }, effect: { kind: "hang" } });
  const startedMs = world.time.monotonicMs();
  await assert.rejects(world.time.until(tokens.getToken(scope, anew())), TokenRequestError);
  assert.ok(world.time.monotonicMs() - startedMs <= 30_000);
  await faults.clear();
});

const vaultTrouble: [string, FaultRequest["effect"]][] = [
  ["down", { kind: "reset" }],
  ["throttled", { kind: "status", status: 429, headers: { "retry-after": "30" }, body: "{}" }],
  ["refusing", { kind: "status", status: 403, body: '{"error":{"code":"Forbidden","message":"no"}}' }],
  ["failing", { kind: "status", status: 500, body: "{}" }],
];
for (const [name, effect] of vaultTrouble) {
  test(`works on for hours while the vault is ${name}, and follows the rotation that came meanwhile`, async () => {
    await using world = await startWorld();
    const { faults } = world.trusted.sandbox;
    const secret = world.openSecret({ refreshIntervalMs: hourMs });
    const tokens = world.openCredential(secret);
    await tokens.getToken(scope);
    await faults.add({ match: { operation: "keyVault.getSecret" }, effect });
    const reads = world.counter("keyVault.getSecret");
    await world.credential.rotate();
    for (let hour = 0; hour < 6; hour++) {
      await world.time.advance(hourMs);
      await world.time.until(tokens.getToken(scope, anew()));
    }
    assert.ok(reads() <= 6 * 60 * 2 + 20, `${reads()} reads in six hours`);
    assert.equal(secret.status.secret?.generation, 1);
    await faults.clear();
    await world.time.advance(2 * minuteMs);
    assert.equal(secret.status.secret?.generation, 2);
    await world.credential.retire();
    await world.time.until(tokens.getToken(scope, anew()));
  });
}

for (const [name, effect] of [
  ["is down", { kind: "reset" }],
  ["hangs", { kind: "hang" }],
] satisfies [string, FaultRequest["effect"]][]) {
  test(`answers callers with a secret that was removed while the vault ${name}, and follows it when it is back`, async () => {
    await using world = await startWorld();
    const { faults } = world.trusted.sandbox;
    const secret = world.openSecret();
    const tokens = world.openCredential(secret);
    const call = async () => {
      const startedMs = world.time.monotonicMs();
      const outcomes = await world.time.until(
        Promise.allSettled(Array.from({ length: 10 }, () => tokens.getToken(scope, anew()))),
      );
      const tookMs = world.time.monotonicMs() - startedMs;
      assert.ok(tookMs <= defaultLimits.maxElapsedMs, `${tookMs} ms`);
      return outcomes.filter(({ status }) => status === "fulfilled").length;
    };
    assert.equal(await call(), 10);
    await world.time.advance(hourMs);
    await faults.add({ match: { operation: "keyVault.*" }, effect });
    await world.credential.rotate();
    await world.credential.retire();
    const requests = world.tokenRequests();
    const reads = world.counter("keyVault.getSecret");
    for (let minute = 0; minute < 30; minute++) {
      assert.equal(await call(), 0);
      await world.time.advance(minuteMs);
    }
    const asked = world.tokenRequests() - requests;
    // Ten that were under way together, then trials whose distance doubles from half a minute on.
    assert.ok(asked >= 10 && asked <= 10 + 7, `${asked} token requests`);
    assert.ok(reads() <= 30 * 2 + 20, `${reads()} reads`);
    await faults.clear();
    const backAtMs = world.time.monotonicMs();
    while ((await call()) === 0) await world.time.advance(1_000);
    const recoveredMs = world.time.monotonicMs() - backAtMs;
    assert.ok(recoveredMs <= 75_000, `${recoveredMs} ms`);
    assert.equal(secret.status.secret?.generation, 2);
    assert.equal(secret.breaker.state, "closed");
  });
}

test("tells at the start what keeps the vault closed", async () => {
  await using world = await startWorld();
  const { faults } = world.trusted.sandbox;
  await faults.add({
    match: { operation: "keyVault.getSecret" },
    effect: { kind: "status", status: 403, body: '{"error":{"code":"Forbidden","message":"no"}}' },
  });
  const secret = world.openSecret();
  await assert.rejects(
    secret.start(),
    (error: unknown) => error instanceof SecretReadError && /Key Vault Secrets User/.test(error.message),
  );
});

for (const skewMs of [-10 * minuteMs, 10 * minuteMs]) {
  test(`does not mind a clock that is ${skewMs / minuteMs} minutes wrong`, async () => {
    await using world = await startWorld();
    world.time.jumpWallClock(skewMs);
    const secret = world.openSecret({ refreshIntervalMs: minuteMs });
    const tokens = world.openCredential(secret);
    await tokens.getToken(scope);
    await world.credential.rotate();
    await world.time.advance(2 * minuteMs);
    await world.credential.retire();
    await world.time.until(tokens.getToken(scope, anew()));
    assert.equal(secret.status.secret?.generation, 2);
    await world.time.advance(2 * hourMs);
    await world.time.until(tokens.getToken(scope));
    assert.equal(secret.breaker.state, "closed");
  });
}

test("recovers from one refusal with one read of the vault and one token request", async () => {
  await using world = await startWorld();
  const secret = world.openSecret({ refreshIntervalMs: 24 * hourMs });
  const tokens = world.openCredential(secret);
  await tokens.getToken(scope);
  await world.credential.rotate();
  await world.credential.retire();
  const requests = world.tokenRequests();
  const reads = world.counter("keyVault.getSecret");
  await world.time.until(tokens.getToken(scope, anew()));
  assert.equal(reads(), 1);
  assert.equal(world.tokenRequests() - requests, 2, "the refused one, and the one that works");
});
