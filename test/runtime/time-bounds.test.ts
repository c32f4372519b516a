import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ClosedError, SecretReadError } from "../../runtime/src/errors.ts";
import type { SecretUse } from "../../runtime/src/rotating-secret.ts";
import type { VirtualTime } from "../support/virtual-time.ts";
import { CredentialWorld } from "./credential-world.ts";
import { type FakeDirectory, type FakeVault, scope } from "./fake-cloud.ts";

const limitMs = 30_000;

describe("the time of a call", () => {
  let world: CredentialWorld;
  let time: VirtualTime;
  let directory: FakeDirectory;
  let vault: FakeVault;

  beforeEach(() => {
    world = new CredentialWorld();
    ({ time, directory, vault } = world);
  });

  afterEach(() => world.close());

  /** How long the call takes to fail, in milliseconds. */
  async function timeOf(call: Promise<unknown>): Promise<number> {
    const startedMs = time.monotonicMs();
    await assert.rejects(time.until(call));
    return time.monotonicMs() - startedMs;
  }

  it("is not begun anew for each use of a secret", async () => {
    vault.publish("secret-2");
    world.open();
    const refused = Object.assign(new Error(), { error: "invalid_client", error_codes: [7000215] });
    const slow = (_value: string, { signal }: SecretUse) =>
      new Promise<never>((_, reject) => {
        const cancel = time.setTimer(() => reject(refused), limitMs - 100);
        signal.addEventListener("abort", cancel, { once: true });
      });
    assert.ok((await timeOf(world.secret.withClientSecret(slow))) <= limitMs);
  });

  it("includes the reads of a vault that hangs", async () => {
    vault.publish("secret-2");
    const credential = world.open();
    await world.secret.start();
    vault.hangs = true;
    directory.secrets.set("secret-1", "unknown");
    directory.latencyMs = 9_900;
    assert.ok((await timeOf(credential.getToken(scope))) <= limitMs);
  });

  it("includes the first reads, too", async () => {
    const credential = world.open({ limits: { maxElapsedMs: 3_000 } });
    vault.hangs = true;
    await assert.rejects(time.until(credential.getToken(scope), 3_000), SecretReadError);
    await assert.rejects(time.until(world.secret.start(), 3_000), SecretReadError);
  });

  for (const [name, trouble] of [
    ["waits between attempts", () => (directory.fault = () => new Response("", { status: 503 }))],
    ["waits for an answer", () => (directory.fault = () => new Promise<Response>(() => {}))],
    ["waits for the first secret", () => (vault.fault = new SecretReadError("vault", "unavailable"))],
    ["waits for a vault's answer", () => (vault.hangs = true)],
    ["waits for a refused secret", () => directory.secrets.set("secret-1", "unknown")],
  ] as const) {
    it(`ends with close() while a caller ${name}`, async () => {
      trouble();
      const credential = world.open();
      const calls = [credential.getToken(scope), world.secret.withClientSecret(() => new Promise(() => {}))];
      const started = name.includes("vault") || name.includes("first") ? [world.secret.start()] : [];
      const ended = Promise.allSettled([...calls, ...started]);
      await time.settle();
      world.secret.close();
      for (const outcome of await ended) {
        assert.ok(outcome.status === "rejected" && outcome.reason instanceof ClosedError, name);
      }
      assert.equal(time.timers, 0);
    });
  }
});
