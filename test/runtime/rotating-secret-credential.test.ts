import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { TooManyWaitersError } from "../../runtime/src/errors.ts";
import type { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import type { VirtualTime } from "../support/virtual-time.ts";
import { CredentialWorld } from "./credential-world.ts";
import { type FakeDirectory, type FakeVault, refusal, scope, tenantId } from "./fake-cloud.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe("RotatingSecretCredential", () => {
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

  it("asks the vault and the directory once for 10,000 callers", async () => {
    directory.latencyMs = 100;
    vault.latencyMs = 100;
    const credential = open();
    const tokens = await time.until(
      Promise.all(Array.from({ length: 10_000 }, () => credential.getToken(scope))),
    );
    assert.equal(new Set(tokens.map(({ token }) => token)).size, 1);
    assert.equal(directory.requests.length, 1);
    assert.equal(vault.reads, 1);
  });

  it("keeps tokens apart by scope, tenant and capability, and knows them again", async () => {
    const credential = open({}, { additionallyAllowedTenants: ["contoso.test"] });
    const first = await credential.getToken(scope);
    assert.equal(await credential.getToken([scope]), first);
    assert.notEqual(await credential.getToken("https://vault.azure.net/.default"), first);
    assert.notEqual(await credential.getToken(scope, { tenantId: "contoso.test" }), first);
    assert.notEqual(await credential.getToken(scope, { enableCae: true }), first);
    assert.equal(await credential.getToken(scope, { tenantId }), first);
    assert.equal(directory.requests.length, 4);
    assert.equal(directory.requests[2]?.tenantId, "contoso.test");
    assert.deepEqual(JSON.parse(directory.requests[3]?.form.claims ?? ""), {
      access_token: { xms_cc: { values: ["cp1"] } },
    });
  });

  it("asks for another token when a resource refused one, and only then", async () => {
    const credential = open();
    const { token } = await credential.getToken(scope);
    credential.discard(token);
    const other = await credential.getToken(scope);
    assert.notEqual(other.token, token);
    credential.discard(token);
    assert.equal(await credential.getToken(scope), other);
  });

  it("asks anew for a claims challenge and keeps what it gets", async () => {
    const credential = open();
    const first = await credential.getToken(scope);
    const challenged = await credential.getToken(scope, { claims: '{"access_token":{"nbf":{"value":"1"}}}' });
    assert.notEqual(challenged, first);
    assert.equal(await credential.getToken(scope), challenged);
  });

  it("names everything that is wrong with a request", async () => {
    const credential = open();
    await assert.rejects(
      credential.getToken("", { tenantId: "https://evil.test", claims: "not json" }),
      /scopes is "".*tenantId is "https:\/\/evil\.test".*claims is "not json"/s,
    );
    assert.equal(directory.requests.length, 0);
  });

  it("replaces a token in the background before it ends, and callers never wait for it", async () => {
    const credential = open();
    const first = await credential.getToken(scope);
    await time.advance(52 * minuteMs);
    directory.latencyMs = 1_000;
    assert.equal(await credential.getToken(scope), first);
    assert.equal(await credential.getToken(scope), first);
    await time.advance(2_000);
    assert.equal(directory.requests.length, 2);
    assert.notEqual(await credential.getToken(scope), first);
  });

  it("hands out a good token while the directory is out, and asks only now and then", async () => {
    const credential = open();
    const first = await credential.getToken(scope);
    await time.advance(52 * minuteMs);
    directory.fault = () => new Response("out", { status: 503 });
    for (let second = 0; second < 180; second++) {
      assert.equal(await credential.getToken(scope), first);
      await time.advance(1_000);
    }
    assert.ok(directory.requests.length <= 1 + 12, `${directory.requests.length} requests`);
  });

  it("replaces a token that has ended by either clock", async () => {
    const credential = open();
    await credential.getToken(scope);
    time.sleepMachine(2 * hourMs);
    await credential.getToken(scope);
    assert.equal(directory.requests.length, 2);
    await time.advance(1);
    time.jumpWallClock(-3 * hourMs);
    await time.advance(2 * hourMs);
    await credential.getToken(scope);
    assert.equal(directory.requests.length, 3);
  });

  it("is indifferent to a wall clock that is ten minutes wrong", async () => {
    for (const skewMs of [-10 * minuteMs, 10 * minuteMs]) {
      time.jumpWallClock(skewMs);
      const credential = open();
      await credential.getToken(scope);
      await time.advance(30 * minuteMs);
      await credential.getToken(scope);
      world.secret.close();
    }
    assert.equal(directory.requests.length, 2);
  });

  it("gives up what has queued for too long, without asking", async () => {
    directory.latencyMs = 9_000;
    const credential = open(
      { limits: { maxConcurrentRequests: 1, maxElapsedMs: 18_500 } },
      { additionallyAllowedTenants: ["*"] },
    );
    const answers = Array.from({ length: 5 }, (_, index) =>
      credential.getToken(scope, { tenantId: `${index}.test` }),
    );
    const outcomes = await time.until(Promise.allSettled(answers));
    const names = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.name : "ok"));
    assert.deepEqual(names, [
      "ok",
      "ok",
      "TokenRequestError",
      "OperationTimeoutError",
      "OperationTimeoutError",
    ]);
    assert.equal(directory.requests.length, 3);
    await time.advance(10_000); // The directory answers, to nobody.
  });

  it("does not hand out a token in its last minute", async () => {
    const credential = open();
    const first = await credential.getToken(scope);
    await time.advance(hourMs - 30_000);
    assert.notEqual(await credential.getToken(scope), first);
  });

  it("asks now and then for a token whose tenant has shut the application out", async () => {
    const credential = open({}, { additionallyAllowedTenants: ["*"] });
    const options = { tenantId: "gone.test" };
    const first = await credential.getToken(scope, options);
    await time.advance(55 * minuteMs);
    directory.fault = () => refusal("unauthorized_client", 700016);
    for (let call = 0; call < 100; call++) {
      assert.equal(await credential.getToken(scope, options), first);
      await time.advance(100);
    }
    assert.equal(directory.requests.length, 2);
  });

  it("lets a caller give up without disturbing the others", async () => {
    directory.latencyMs = 1_000;
    const credential = open();
    const abort = new AbortController();
    const one = credential.getToken(scope, { abortSignal: abort.signal });
    const other = credential.getToken(scope);
    await time.advance(500);
    abort.abort(new Error("enough"));
    await assert.rejects(one, /enough/);
    await time.until(other);
    assert.equal(directory.requests.length, 1);
  });

  it("makes no further attempt when nobody waits any more", async () => {
    directory.fault = () => new Response("out", { status: 503 });
    const credential = open();
    const abort = new AbortController();
    const answer = credential.getToken(scope, { abortSignal: abort.signal });
    await time.settle();
    abort.abort();
    await assert.rejects(answer, { name: "AbortError" });
    await time.advance(minuteMs);
    assert.equal(directory.requests.length, 1);
  });

  it("keeps a token that arrives after its callers gave up", async () => {
    directory.latencyMs = 1_000;
    const credential = open();
    const answer = credential.getToken(scope, { abortSignal: AbortSignal.abort() });
    await assert.rejects(answer, { name: "AbortError" });
    const abort = new AbortController();
    const late = credential.getToken(scope, { abortSignal: abort.signal });
    await time.advance(500);
    abort.abort();
    await assert.rejects(late, { name: "AbortError" });
    await time.advance(1_000);
    await credential.getToken(scope);
    assert.equal(directory.requests.length, 1);
  });

  it("refuses more waiters than allowed, at once", async () => {
    directory.latencyMs = 1_000;
    const credential = open({ limits: { maxWaiters: 10 } });
    const answers = Array.from({ length: 20 }, () => credential.getToken(scope));
    const outcomes = await time.until(Promise.allSettled(answers));
    const refused = outcomes.filter(({ status }) => status === "rejected");
    assert.ok(refused.length >= 10 && refused.length <= 11, `${refused.length} refused`);
    for (const outcome of refused) {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof TooManyWaitersError);
    }
  });

  it("refuses service after it was closed", async () => {
    const credential = open();
    world.secret.close();
    await assert.rejects(credential.getToken(scope), { name: "ClosedError" });
  });

  it("ends what waits when it is closed", async () => {
    vault.hangs = true;
    const credential = open();
    const answer = credential.getToken(scope);
    await time.settle();
    world.secret.close();
    await assert.rejects(answer, { name: "ClosedError" });
  });
});
