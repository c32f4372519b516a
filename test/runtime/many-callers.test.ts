import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defaultBreakerOptions } from "../../runtime/src/breaker.ts";
import { defaultLimits } from "../../runtime/src/limits.ts";
import { RotatingConfidentialClient } from "../../runtime/src/rotating-confidential-client.ts";
import type { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import type { VirtualTime } from "../support/virtual-time.ts";
import { CredentialWorld } from "./credential-world.ts";
import { FakeAuthority, scopes } from "./fake-authority.ts";
import { clientId, type FakeDirectory, type FakeVault, refusal, scope, tenantId } from "./fake-cloud.ts";

const hourMs = 3_600_000;

/** What may be under way when the trouble begins, then tries through one caller, then what opens the breaker. */
const mostRequests =
  defaultLimits.maxConcurrentRequests +
  defaultLimits.maxAttempts -
  1 +
  defaultBreakerOptions.customersToOpen -
  1;

describe("RotatingSecretCredential, with many callers at once", () => {
  let world: CredentialWorld;
  let time: VirtualTime;
  let directory: FakeDirectory;
  let vault: FakeVault;
  let credential: RotatingSecretCredential;

  beforeEach(() => {
    world = new CredentialWorld();
    ({ time, directory, vault } = world);
    directory.latencyMs = 100;
    credential = world.open({}, { additionallyAllowedTenants: ["*"] });
  });

  afterEach(() => world.close());

  /** Asks for a token of each of so many tenants. */
  const askFor = (tenants: number) =>
    Promise.allSettled(
      Array.from({ length: tenants }, (_, index) =>
        credential.getToken(scope, { tenantId: `tenant${index}.test` }),
      ),
    );
  const succeeded = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.filter(({ status }) => status === "fulfilled").length;

  /** An established secret: what makes it unknown is no propagation. */
  async function grow(): Promise<void> {
    await time.until(credential.getToken(scope));
    await time.advance(24 * hourMs);
  }

  it("gets over one moment in which every replica refuses the secret, whoever asks then", async () => {
    await grow();
    let isRefusing = true;
    directory.fault = () => (isRefusing ? refusal("invalid_client", 7000215, 401) : undefined);
    const before = directory.requests.length;
    const answers = askFor(32);
    await time.advance(1_000);
    isRefusing = false;
    const startedMs = time.monotonicMs();
    assert.equal(succeeded(await time.until(answers)), 32);
    assert.ok(time.monotonicMs() - startedMs < 10_000, `${time.monotonicMs() - startedMs} ms`);
    assert.equal(directory.requests.length - before, 64);
    assert.equal(world.secret.breaker.state, "closed");
  });

  it("is back within a minute even if none of the callers could wait", async () => {
    world.secret.close();
    credential = world.open({ limits: { maxAttempts: 1 } }, { additionallyAllowedTenants: ["*"] });
    await grow();
    directory.fault = () => refusal("invalid_client", 7000215, 401);
    assert.equal(succeeded(await time.until(askFor(32))), 0);
    directory.fault = () => undefined;
    const startedMs = time.monotonicMs();
    for (;;) {
      const answer = credential.getToken(scope, { tenantId: "other.test" });
      if (await time.until(answer).then(Boolean, () => false)) {
        break;
      }
      await time.advance(1_000);
    }
    assert.ok(time.monotonicMs() - startedMs < 60_000, `${time.monotonicMs() - startedMs} ms`);
  });

  it("waits as one for a young secret that some replicas do not know yet", async () => {
    directory.secrets.set("secret-1", "unknown");
    const answers = askFor(10);
    await time.advance(300);
    directory.secrets.set("secret-1", "valid");
    assert.equal(succeeded(await time.until(answers)), 10);
    assert.equal(world.secret.breaker.state, "closed");
    assert.ok(!world.events.some(({ type }) => type === "breaker-changed"));
  });

  it("tries a refused secret through one caller at a time", async () => {
    directory.secrets.set("secret-1", "unknown");
    const answers = askFor(10);
    await time.advance(150);
    assert.equal(directory.requests.length, 10);
    await time.advance(3_000);
    assert.ok(directory.requests.length <= 13, `${directory.requests.length} requests`);
    directory.secrets.set("secret-1", "valid");
    await time.until(answers);
  });

  for (const [name, fault] of [
    ["503", () => new Response("", { status: 503 })],
    ["429 for a second", () => refusal("invalid_request", 90055, 429, { "retry-after": "1" })],
    ["nothing", () => new Promise<Response>(() => {})],
  ] as const) {
    it(`asks as one when the directory answers ${name} to a thousand tenants`, async () => {
      await world.secret.start();
      directory.fault = fault;
      assert.equal(succeeded(await time.until(askFor(1_000))), 0);
      assert.ok(directory.requests.length <= mostRequests, `${directory.requests.length} requests`);
      assert.equal(world.secret.breaker.state, "open");
    });
  }

  it("asks as one when the only secret of a thousand tenants has expired", async () => {
    await world.secret.start();
    directory.secrets.set("secret-1", "expired");
    assert.equal(succeeded(await time.until(askFor(1_000))), 0);
    assert.ok(directory.requests.length <= defaultLimits.maxConcurrentRequests);
    assert.equal(vault.reads, 2);
  });

  for (const [name, state, tries] of [
    ["has expired", "expired", 1],
    ["is wrong", "unknown", 2],
  ] as const) {
    it(`answers ten thousand callers whose secret ${name}, with one read for each try`, async () => {
      vault.publish("secret-2");
      directory.secrets.set("secret-2", "valid");
      await grow();
      vault.versions.shift(); // Somebody has purged the previous one.
      directory.secrets.set("secret-2", state);
      vault.latencyMs = 50;
      const before = { requests: directory.requests.length, reads: vault.reads };
      const startedMs = time.monotonicMs();
      const outcomes = await time.until(askFor(10_000));
      assert.equal(succeeded(outcomes), 0);
      assert.ok(time.monotonicMs() - startedMs <= defaultLimits.maxElapsedMs);
      assert.equal(vault.reads - before.reads, tries);
      assert.equal(vault.previousReads, 1);
      const requests = directory.requests.length - before.requests;
      assert.equal(requests, defaultLimits.maxConcurrentRequests + tries - 1);
      assert.ok(requests <= mostRequests);
      assert.equal(world.secret.status.waiters, 0);
    });
  }

  it("serves all thousand once the directory is well again", async () => {
    await world.secret.start();
    directory.fault = (_request, count) => (count <= 34 ? new Response("", { status: 503 }) : undefined);
    assert.equal(succeeded(await time.until(askFor(1_000))), 1_000);
    assert.equal(world.secret.breaker.state, "closed");
  });

  it("does not make the tenants wait for one that hangs", async () => {
    await world.secret.start();
    directory.fault = ({ tenantId: tenant }) =>
      tenant === "tenant0.test" ? new Promise<Response>(() => {}) : undefined;
    const answers = askFor(200);
    await time.advance(2_000);
    assert.equal(directory.requests.length, 200);
    assert.equal(succeeded(await time.until(answers)), 199);
  });

  it("reads the previous secret once for all who need it", async () => {
    vault.publish("secret-2");
    vault.latencyMs = 100;
    assert.equal(succeeded(await time.until(askFor(32))), 32);
    assert.equal(vault.previousReads, 1);
  });

  it("lets a caller have its turn behind one that gave up in the queue", async () => {
    world.secret.close();
    credential = world.open({ limits: { maxConcurrentRequests: 1 } }, { additionallyAllowedTenants: ["*"] });
    const abort = new AbortController();
    const first = credential.getToken(scope, { tenantId: "one.test" });
    const second = credential.getToken(scope, { tenantId: "two.test", abortSignal: abort.signal });
    const third = credential.getToken(scope, { tenantId: "three.test" });
    await time.settle();
    abort.abort(new Error("enough"));
    await assert.rejects(second, /enough/);
    await time.until(Promise.all([first, third]), 1_000);
  });
});

describe("RotatingConfidentialClient, with many callers at once", () => {
  it("redeems a refresh token once for ten thousand callers", async (t) => {
    const world = new CredentialWorld();
    t.after(() => world.close());
    world.open();
    const directory = new FakeAuthority(world.time);
    directory.secrets.set("secret-1", "valid");
    directory.latencyMs = 100;
    const client = new RotatingConfidentialClient({
      secret: world.secret,
      auth: { clientId, authority: `https://login.test/${tenantId}`, knownAuthorities: ["login.test"] },
      fetch: directory.send,
    });
    const redirectUri = "https://crm.test/connected";
    const { account } = await world.time.until(
      client.acquireTokenByCode({ code: "code~ann", scopes, redirectUri }),
    );
    assert.ok(account);
    const before = directory.requests.length;
    const { signal } = new AbortController(); // The service's own: all calls have the same.
    const calls = Array.from({ length: 10_000 }, () =>
      client.acquireTokenSilent({ account, scopes, forceRefresh: true }, { signal }),
    );
    const tokens = new Set((await world.time.until(Promise.all(calls))).map((result) => result.accessToken));
    assert.equal(tokens.size, 1);
    assert.equal(directory.requests.length - before, 1);
    assert.equal(world.vault.reads, 1);
    assert.equal(directory.metadataReads, 1);
  });
});
