import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { RotatingConfidentialClient } from "../../runtime/src/rotating-confidential-client.ts";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { FakeAuthority, scopes } from "./fake-authority.ts";
import { clientId, FakeVault, tenantId } from "./fake-cloud.ts";

describe("the authority's metadata", () => {
  let time: VirtualTime;
  let directory: FakeAuthority;
  let secret: RotatingSecret;

  beforeEach(() => {
    time = new VirtualTime();
    directory = new FakeAuthority(time);
    const vault = new FakeVault(time);
    vault.publish("secret-1");
    directory.secrets.set("secret-1", "valid");
    secret = new RotatingSecret({
      credential: "mailman-office365",
      source: vault,
      clock: time,
      random: seededRandom(1),
    });
  });

  afterEach(() => {
    secret.close();
    assert.equal(time.timers, 0, "a timer was left behind");
  });

  const open = (tenant = tenantId) =>
    new RotatingConfidentialClient({
      secret,
      auth: { clientId, authority: `https://login.test/${tenant}`, knownAuthorities: ["login.test"] },
      fetch: directory.send,
    });
  const refresh = (client: RotatingConfidentialClient, name: string) =>
    client.acquireTokenByRefreshToken({ refreshToken: `refresh~${name}`, scopes });
  const refreshAll = (clients: readonly RotatingConfidentialClient[]) =>
    time.until(Promise.allSettled(clients.map((client, index) => refresh(client, `customer${index}`))));

  it("is read once for a hundred clients that begin together", async () => {
    const outcomes = await refreshAll(Array.from({ length: 100 }, () => open()));
    assert.ok(outcomes.every(({ status }) => status === "fulfilled"));
    assert.equal(directory.metadataReads, 1);
  });

  it("opens the breaker when it cannot be read, and costs three reads a probe", async () => {
    directory.metadataFaults = Number.POSITIVE_INFINITY;
    const clients = Array.from({ length: 100 }, () => open());
    for (let round = 0; round < 10; round++) {
      await refreshAll(clients);
    }
    assert.equal(directory.metadataReads, 3);
    assert.equal(secret.breaker.state, "open");
    directory.metadataFaults = 0;
    await time.advance(10_000);
    const outcomes = await refreshAll(clients);
    assert.ok(outcomes.every(({ status }) => status === "fulfilled"));
    assert.equal(secret.breaker.state, "closed");
  });

  it("is no probe for the secret: an expired one stays noticed", async () => {
    await refresh(open(), "ann");
    directory.secrets.set("secret-1", "expired");
    await assert.rejects(refresh(open(), "ann"));
    await time.advance(5_001);
    await assert.rejects(refresh(open("other.test"), "bob"), { name: "TokenRequestError" });
    assert.equal(directory.metadataReads, 2);
    assert.equal(secret.breaker.state, "open");
  });

  it("keeps to the time of the call", async () => {
    directory.metadataHangs = true;
    const startedMs = time.monotonicMs();
    await assert.rejects(time.until(refresh(open(), "ann")), { name: "OperationTimeoutError" });
    assert.ok(time.monotonicMs() - startedMs <= 30_000, `${time.monotonicMs() - startedMs} ms`);
    await assert.rejects(refresh(open(), "bob"), /no-response, timeout/);
    assert.equal(secret.breaker.state, "open");
  });

  it("that fails for one tenant alone stops no other", async () => {
    await refresh(open("well.test"), "ann");
    directory.metadataFaults = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 10; round++) {
      await assert.rejects(time.until(refresh(open("broken.test"), "bob")));
    }
    assert.equal(directory.metadataReads, 1 + 3);
    await refresh(open("well.test"), "cy");
    assert.equal(secret.breaker.state, "closed");
  });
});
