import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientSecretCredential } from "@azure/identity";
import type { RuntimeEvent } from "../../../runtime/src/events.ts";
import { requestClientCredentialsToken } from "../../../runtime/src/token-request.ts";
import { startWorld } from "./world.ts";

const scope = "https://graph.microsoft.com/.default";
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

test("10,000 callers cost one token request and one read of the vault", async () => {
  await using world = await startWorld();
  const credential = world.openCredential(world.openSecret());
  const reads = world.counter("keyVault.getSecret");
  await world.time.until(Promise.all(Array.from({ length: 10_000 }, () => credential.getToken(scope))));
  assert.equal(world.tokenRequests(), 1);
  // The vault's client asks without a token first, for the challenge.
  assert.equal(reads(), 2);
});

test("rotations under load: every token request succeeds at once", async () => {
  await using world = await startWorld({ lifetimeMs: 90 * dayMs });
  const { time, credential, trusted } = world;
  const secret = world.openSecret({ refreshIntervalMs: 12 * hourMs });
  const refusals: RuntimeEvent[] = [];
  secret.onEvent((event) => {
    if (event.type === "secret-refused") refusals.push(event);
  });
  const outcomes = { ok: 0, failed: 0 };
  const ask = () =>
    secret
      .withClientSecret(async (clientSecret) => {
        const outcome = await requestClientCredentialsToken({
          authorityHost: trusted.origin,
          tenantId: trusted.tenantId,
          clientId: credential.application.clientId,
          clientSecret,
          scope,
          fetch: world.traffic.fetch,
          clock: time,
        });
        if (!outcome.ok) throw Object.assign(new Error(), { error: outcome.failure.oauthError });
      })
      .then(
        () => outcomes.ok++,
        () => outcomes.failed++,
      );
  for (let rotation = 0; rotation < 4; rotation++) {
    for (let step = 0; step < 6; step++) {
      await Promise.all([ask(), ask(), ask()]);
      await time.advance(7.5 * dayMs - 6 * hourMs);
    }
    await credential.rotate();
    // The overlap: both work, and the service has long since read the new one when the old one goes.
    for (let hour = 0; hour < 36; hour += 12) {
      await ask();
      await time.advance(12 * hourMs);
    }
    await credential.retire();
    await ask();
  }
  assert.deepEqual(outcomes, { ok: 4 * (18 + 3 + 1), failed: 0 });
  assert.equal(refusals.length, 0);
  assert.equal(secret.status.secret?.generation, 5);
});

test("a fresh secret that two of three replicas do not know yet costs no failure", async () => {
  await using world = await startWorld();
  const { time, credential, trusted } = world;
  const secret = world.openSecret({ refreshIntervalMs: 4_000 });
  const tokens = world.openCredential(secret);
  await tokens.getToken(scope);
  await trusted.directory.store.update(({ entra }) => {
    entra.settings.secretPropagationMs = [40_000, 0, 18_000];
  });
  await credential.rotate();
  let fallbacks = 0;
  secret.onEvent(({ type }) => {
    fallbacks += type === "fallback-used" ? 1 : 0;
  });
  for (let second = 0; second < 60; second += 3) {
    await time.advance(3_000);
    // A challenge of its own each time: the token must be asked for.
    await time.until(tokens.getToken(scope, { claims: `{"second":${second}}` }));
  }
  assert.ok(fallbacks > 0, "the replicas were never behind");
  await trusted.directory.store.update(({ entra }) => {
    entra.settings.secretPropagationMs = [];
  });
  await credential.retire();
  await time.advance(hourMs);
  await tokens.getToken(scope, { claims: '{"last":1}' });
  assert.equal(secret.status.breaker, "closed");
});

test("the incident: 18 h 38 min with the only secret expired, beside clients that just try again", async (t) => {
  await using world = await startWorld({ lifetimeMs: 30 * dayMs });
  const { time, credential, trusted } = world;
  const secret = world.openSecret({ refreshIntervalMs: dayMs });
  const tokens = world.openCredential(secret);
  await tokens.getToken(scope);
  const expired = await credential.value();
  await time.advance(30 * dayMs + minuteMs);

  // As services do it that were not written for this day: each worker keeps the secret and tries again after 5 minutes.
  const workers = 20;
  const naive = Array.from(
    { length: workers },
    () =>
      new ClientSecretCredential(trusted.tenantId, credential.application.clientId, expired, {
        authorityHost: trusted.origin,
        disableInstanceDiscovery: true,
      }),
  );
  const reads = world.counter("keyVault.getSecret");
  // Both are counted where they arrive. Ours includes the service's own identity, which reads the vault.
  const tokenCalls = world.counter("login.token");
  const asked = { ours: 0, naive: 0 };
  let openAfterMs: number | undefined;
  const startedMs = time.nowMs();
  for (let minute = 0; time.nowMs() - startedMs < 18 * hourMs + 38 * minuteMs; minute++) {
    const outcomes = await Promise.allSettled(Array.from({ length: workers }, () => tokens.getToken(scope)));
    assert.ok(outcomes.every(({ status }) => status === "rejected"));
    if (secret.breaker.state === "open") openAfterMs ??= time.nowMs() - startedMs;
    await time.advance(minuteMs);
    asked.ours = tokenCalls() - asked.naive;
    if (minute % 5 === 0) {
      const tries = await Promise.allSettled(naive.map((each) => each.getToken(scope)));
      assert.ok(tries.every(({ status }) => status === "rejected"));
      asked.naive = tokenCalls() - asked.ours;
    }
    reads();
  }
  assert.equal(
    asked.naive,
    workers * Math.ceil((18 * 60 + 38) / 5),
    "the naive clients did not reach the sandbox",
  );
  // The expired secret once, and the service's own identity each hour that its token lasts.
  assert.ok(asked.ours <= 1 + 19, `${asked.ours} token requests`);
  assert.ok(asked.naive >= 200 * asked.ours, `1 : ${asked.naive / asked.ours}`);
  assert.equal(openAfterMs, 0);
  assert.ok(reads() <= 19 * 60 * 2, `${reads()} reads`);

  // The worst moment to publish: just after a probe was in vain.
  await time.until(secret.whenCallable());
  await assert.rejects(tokens.getToken(scope));
  await credential.rotate();
  const publishedMs = time.nowMs();
  let recovered = false;
  const waiting = (async () => {
    while (!recovered) {
      await secret.whenCallable();
      recovered = await tokens.getToken(scope).then(Boolean, () => false);
    }
  })();
  await time.until(waiting, 5 * minuteMs);
  const recoveryMs = time.nowMs() - publishedMs;
  assert.ok(recoveryMs <= minuteMs, `${recoveryMs} ms`);
  t.diagnostic(
    `token requests in 18 h 38 min, ${workers} workers each: ${asked.ours} with the library, ${asked.naive} without ` +
      `(1 : ${Math.round(asked.naive / asked.ours)}); reads of the vault: ${reads()}; ` +
      `first success ${Math.round(recoveryMs / 1000)} s after publication`,
  );
});
