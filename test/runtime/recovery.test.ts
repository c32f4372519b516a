import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { BreakerOpenError, SecretReadError, TokenRequestError } from "../../runtime/src/errors.ts";
import type { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import type { VirtualTime } from "../support/virtual-time.ts";
import { CredentialWorld } from "./credential-world.ts";
import { type FakeDirectory, type FakeVault, refusal, scope } from "./fake-cloud.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe("RotatingSecretCredential, when something is wrong", () => {
  let world: CredentialWorld;
  let time: VirtualTime;
  let directory: FakeDirectory;
  let vault: FakeVault;
  const open = (...options: Parameters<CredentialWorld["open"]>): RotatingSecretCredential =>
    world.open(...options);

  beforeEach(() => {
    world = new CredentialWorld();
    ({ time, directory, vault } = world);
  });

  afterEach(() => world.close());

  it("follows a rotation without a refused request", async () => {
    const credential = open();
    await credential.getToken(scope);
    vault.publish("secret-2");
    directory.secrets.set("secret-2", "valid");
    await time.advance(15 * minuteMs);
    directory.secrets.set("secret-1", "unknown");
    await time.advance(hourMs);
    await credential.getToken(scope);
    assert.equal(directory.requests.at(-1)?.form.client_secret, "secret-2");
    assert.equal(world.events.filter(({ type }) => type === "secret-refused").length, 0);
  });

  it("recovers from an expired secret with one vault read and one token request", async () => {
    const credential = open({ refreshIntervalMs: 24 * hourMs });
    await credential.getToken(scope);
    await time.advance(hourMs);
    directory.secrets.set("secret-1", "expired");
    vault.publish("secret-2");
    directory.secrets.set("secret-2", "valid");
    const reads = vault.reads;
    const requests = directory.requests.length;
    await credential.getToken(scope);
    assert.equal(vault.reads - reads, 1);
    assert.equal(directory.requests.length - requests, 2); // The refused one, and the one that works.
    assert.equal(vault.previousReads, 0);
  });

  it("falls back to the previous secret while a replica does not know the new one, and returns to it", async () => {
    vault.publish("secret-2");
    const credential = open();
    const first = await time.until(credential.getToken(scope), 1_000);
    assert.ok(first.token);
    assert.deepEqual(
      directory.requests.map(({ form }) => form.client_secret),
      ["secret-2", "secret-1"],
    );
    assert.ok(world.events.some((event) => event.type === "fallback-used" && event.secret.generation === 1));
    directory.secrets.set("secret-2", "valid");
    await time.advance(5 * minuteMs);
    await credential.getToken("https://vault.azure.net/.default");
    assert.equal(directory.requests.at(-1)?.form.client_secret, "secret-2");
  });

  it("waits for a new secret where there is no other", async () => {
    directory.secrets.set("secret-1", "unknown");
    const credential = open();
    const answer = credential.getToken(scope);
    await time.advance(1_500);
    directory.secrets.set("secret-1", "valid");
    const { token } = await time.until(answer, 30_000);
    assert.ok(token);
    assert.ok(directory.requests.length <= 5);
    // From here on nobody has to be careful with it.
    await Promise.all(["api://one", "api://two"].map((other) => credential.getToken(other)));
  });

  it("tries a secret again soon after a trial that ended in passing trouble", async () => {
    directory.secrets.set("secret-1", "unknown");
    const credential = open();
    await assert.rejects(time.until(credential.getToken(scope)), TokenRequestError);
    directory.secrets.set("secret-1", "valid");
    directory.fault = () => new Response("out", { status: 503 });
    await time.advance(minuteMs);
    await assert.rejects(credential.getToken(scope), /transient/);
    directory.fault = () => undefined;
    await time.until(world.secret.whenCallable(), 15_000);
    await credential.getToken(scope);
  });

  it("probes at once when a new secret comes, instead of waiting for its turn", async () => {
    directory.secrets.set("secret-1", "expired");
    const credential = open();
    await assert.rejects(credential.getToken(scope), TokenRequestError);
    await assert.rejects(credential.getToken(scope), BreakerOpenError);
    vault.publish("secret-2");
    directory.secrets.set("secret-2", "valid");
    const callable = world.secret.whenCallable();
    vault.changed();
    await time.until(callable, 1);
    await credential.getToken(scope);
  });

  it("does not ask for the previous secret after a revocation", async () => {
    vault.publish("secret-2", { keepsPrevious: false });
    directory.secrets.set("secret-2", "expired");
    const credential = open();
    await assert.rejects(credential.getToken(scope), TokenRequestError);
    assert.deepEqual(
      directory.requests.map(({ form }) => form.client_secret),
      ["secret-2"],
    );
    assert.equal(vault.previousReads, 0);
  });

  it("never sends an expired secret again, however long the outage lasts", async () => {
    vault.publish("secret-2");
    directory.secrets.set("secret-1", "expired");
    directory.secrets.set("secret-2", "expired");
    const credential = open();
    const outcomes = new Map<string, number>();
    for (let minute = 0; minute < 18 * 60; minute++) {
      for (let caller = 0; caller < 10; caller++) {
        await credential.getToken(scope).then(
          () => assert.fail("a token"),
          (error: Error) => outcomes.set(error.name, (outcomes.get(error.name) ?? 0) + 1),
        );
      }
      await time.advance(minuteMs);
    }
    assert.equal(directory.requests.length, 2);
    assert.ok(vault.reads <= 18 * 60 * 2 + 30, `${vault.reads} reads`);
    assert.ok((outcomes.get("BreakerOpenError") ?? 0) > (outcomes.get("TokenRequestError") ?? 0));
    vault.publish("secret-3");
    directory.secrets.set("secret-3", "valid");
    const publishedAtMs = time.monotonicMs();
    for (;;) {
      await world.secret.whenCallable();
      if (await credential.getToken(scope).then(Boolean, () => false)) {
        break;
      }
      await time.advance(1_000);
    }
    assert.ok(time.monotonicMs() - publishedAtMs <= 61_000, `${time.monotonicMs() - publishedAtMs} ms`);
    assert.equal(directory.requests.length, 3);
    assert.equal(world.secret.breaker.state, "closed");
  });

  it("asks now and then for a secret that became unknown", async () => {
    const credential = open();
    await credential.getToken(scope);
    await time.advance(hourMs);
    directory.secrets.set("secret-1", "unknown");
    const before = directory.requests.length;
    for (let minute = 0; minute < 18 * 60; minute++) {
      await time.until(credential.getToken(scope)).catch(() => {});
      await time.advance(minuteMs);
    }
    const requests = directory.requests.length - before;
    assert.ok(requests >= 18 && requests <= 60, `${requests} requests`);
  });

  it("waits as long as a throttled answer says, if that is soon", async () => {
    directory.fault = (_request, count) =>
      count === 1 ? refusal("invalid_request", 90055, 429, { "retry-after": "7" }) : undefined;
    const credential = open();
    await time.until(credential.getToken(scope));
    const [first, second] = directory.requests;
    assert.ok((second?.atMs ?? 0) - (first?.atMs ?? 0) >= 7_000);
  });

  it("opens the breaker for as long as a throttled answer says, if that is long", async () => {
    directory.fault = () => refusal("invalid_request", 90055, 429, { "retry-after": "600" });
    const credential = open();
    await assert.rejects(credential.getToken(scope), { name: "TokenRequestError" });
    await time.advance(599_000);
    await assert.rejects(credential.getToken(scope), BreakerOpenError);
    assert.equal(directory.requests.length, 1);
    directory.fault = () => undefined;
    await time.advance(1_001);
    await credential.getToken(scope);
  });

  for (const [name, fault] of [
    ["throttled", () => refusal("invalid_request", 90055, 429, { "retry-after": "600" })],
    ["taken for a loop", () => refusal("invalid_grant", 50196)],
  ] satisfies [string, () => Response][]) {
    it(`does not take a new secret for the end of its pause when ${name}`, async () => {
      directory.fault = fault;
      const credential = open();
      await assert.rejects(time.until(credential.getToken(scope)), TokenRequestError);
      vault.publish("secret-2");
      vault.changed();
      await time.advance(10);
      await assert.rejects(credential.getToken(scope), BreakerOpenError);
      assert.equal(directory.requests.length, 1);
    });
  }

  for (const [name, fault] of [
    ["503", () => new Response("out", { status: 503 })],
    ["a proxy's page", () => new Response("<html>", { status: 200 })],
    ["a broken connection", () => Promise.reject(new TypeError("fetch failed"))],
  ] satisfies [string, () => Response | Promise<Response>][]) {
    it(`gets over ${name}`, async () => {
      directory.fault = (_request, count) => (count <= 3 ? fault() : undefined);
      const credential = open();
      await time.until(credential.getToken(scope));
      assert.equal(directory.requests.length, 4);
    });
  }

  it("gives up on a directory that hangs within its time", async () => {
    directory.fault = () => new Promise<Response>(() => {});
    const credential = open();
    const startedMs = time.monotonicMs();
    await assert.rejects(time.until(credential.getToken(scope)), { name: "TokenRequestError" });
    assert.ok(time.monotonicMs() - startedMs <= 30_000);
    await assert.rejects(credential.getToken(scope), BreakerOpenError);
  });

  it("repeats nothing that only a person can change", async () => {
    directory.fault = () => refusal("unauthorized_client", 7000112);
    const credential = open();
    await assert.rejects(credential.getToken(scope), /disabled\. An administrator/);
    await assert.rejects(credential.getToken(scope), BreakerOpenError);
    assert.equal(directory.requests.length, 1);
  });

  it("pauses for a minute when taken for a loop", async () => {
    directory.fault = () => refusal("invalid_grant", 50196);
    const credential = open();
    await assert.rejects(credential.getToken(scope), /over and over/);
    await time.advance(59_000);
    await assert.rejects(credential.getToken(scope), BreakerOpenError);
    assert.equal(directory.requests.length, 1);
  });

  it("keeps one tenant's trouble from the others", async () => {
    const credential = open({}, { additionallyAllowedTenants: ["*"] });
    directory.fault = ({ tenantId: tenant }) =>
      tenant === "gone.test" ? refusal("unauthorized_client", 700016) : undefined;
    for (let round = 0; round < 20; round++) {
      await assert.rejects(credential.getToken(scope, { tenantId: "gone.test" }), /no such application/);
    }
    await credential.getToken(scope, { tenantId: "well.test" });
    assert.equal(world.secret.breaker.state, "closed");
  });

  it("opens the breaker when tenant after tenant fails, and lets a broken tenant's probe close it again", async () => {
    const credential = open({}, { additionallyAllowedTenants: ["*"] });
    directory.fault = () => refusal("unauthorized_client", 700016);
    for (const tenant of ["one.test", "two.test", "three.test"]) {
      await assert.rejects(credential.getToken(scope, { tenantId: tenant }), TokenRequestError);
    }
    await assert.rejects(credential.getToken(scope, { tenantId: "four.test" }), BreakerOpenError);
    directory.fault = ({ tenantId: tenant }) =>
      tenant === "one.test" ? refusal("unauthorized_client", 700016) : undefined;
    await time.advance(5_001);
    await assert.rejects(credential.getToken(scope, { tenantId: "one.test" }), TokenRequestError);
    await credential.getToken(scope, { tenantId: "four.test" });
  });

  it("works on while the vault is out", async () => {
    const credential = open();
    await credential.getToken(scope);
    vault.fault = new SecretReadError(vault.description, "unavailable");
    for (let hour = 0; hour < 24; hour++) {
      await time.advance(hourMs);
      await credential.getToken(scope);
    }
    assert.ok(vault.reads < 24 * 60 * 2 + 10, `${vault.reads} reads`);
  });

  it("waits for the vault's retries at the start, and tells when that was in vain", async () => {
    vault.fault = new SecretReadError(vault.description, "unavailable");
    const credential = open();
    const answer = credential.getToken(scope);
    await time.advance(2_500);
    vault.fault = undefined;
    await time.until(answer);
    world.secret.close();
    vault.fault = new SecretReadError(vault.description, "unavailable");
    const again = open();
    await assert.rejects(time.until(again.getToken(scope)), SecretReadError);
    await assert.rejects(again.getToken(scope), BreakerOpenError);
  });

  it("tells at once that the vault refuses", async () => {
    vault.fault = new SecretReadError(vault.description, "forbidden");
    const credential = open();
    await assert.rejects(credential.getToken(scope), /Key Vault Secrets User/);
    assert.equal(vault.reads, 1);
  });

  it("gets over a vault that hangs", async () => {
    const credential = open();
    await credential.getToken(scope);
    vault.hangs = true;
    await time.advance(2 * hourMs);
    await time.until(credential.getToken(scope), 1_000);
  });
});
