import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { BreakerOpenError, SecretReadError, TokenRequestError } from "../../runtime/src/errors.ts";
import { defaultLimits } from "../../runtime/src/limits.ts";
import type { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import type { VirtualTime } from "../support/virtual-time.ts";
import { CredentialWorld } from "./credential-world.ts";
import { type FakeDirectory, type FakeVault, scope } from "./fake-cloud.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const outageMs = 6 * hourMs;

describe("a secret that is refused while the vault gives no other", () => {
  let world: CredentialWorld;
  let time: VirtualTime;
  let directory: FakeDirectory;
  let vault: FakeVault;
  let credential: RotatingSecretCredential;

  beforeEach(async () => {
    world = new CredentialWorld();
    ({ time, directory, vault } = world);
    credential = world.open();
    await time.until(credential.getToken(scope));
    await time.advance(24 * hourMs);
    directory.latencyMs = 100;
  });

  afterEach(() => world.close());

  /** So many calls at once; how many got a token, and how long the last of them took. */
  async function call(count = 20): Promise<{ served: number; tookMs: number }> {
    const startedMs = time.monotonicMs();
    const outcomes = await time.until(
      Promise.allSettled(Array.from({ length: count }, () => credential.getToken(scope, { claims: "{}" }))),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        const { reason } = outcome;
        assert.ok(reason instanceof TokenRequestError || reason instanceof BreakerOpenError, `${reason}`);
      }
    }
    return {
      served: outcomes.filter(({ status }) => status === "fulfilled").length,
      tookMs: time.monotonicMs() - startedMs,
    };
  }

  for (const [state, mostRequests] of [
    ["expired", 1],
    // Tried again after 30 to 60 s, doubling up to half an hour to an hour; and what the first calls cost.
    ["unknown", 2 + 7 + (2 * outageMs) / hourMs],
  ] as const) {
    for (const [trouble, begin] of [
      [
        "is down",
        () => {
          vault.fault = new SecretReadError(vault.description, "unavailable");
        },
      ],
      [
        "hangs",
        () => {
          vault.hangs = true;
        },
      ],
    ] as const) {
      it(`(${state}) is asked for no more than stated while the vault ${trouble}, and followed when it is back`, async (t) => {
        vault.publish("secret-2");
        directory.secrets.set("secret-1", state);
        directory.secrets.set("secret-2", "valid");
        begin();
        const before = { requests: directory.requests.length, reads: vault.reads };
        let longestMs = 0;
        const endMs = time.monotonicMs() + outageMs;
        while (time.monotonicMs() < endMs) {
          const { served, tookMs } = await call();
          assert.equal(served, 0);
          longestMs = Math.max(longestMs, tookMs);
          await time.advance(minuteMs);
        }
        assert.ok(longestMs <= defaultLimits.maxElapsedMs, `${longestMs} ms`);
        const requests = directory.requests.length - before.requests;
        assert.ok(requests <= mostRequests, `${requests} requests`);
        const reads = vault.reads - before.reads;
        assert.ok(reads <= (2 * outageMs) / minuteMs + 20, `${reads} reads`);

        vault.fault = undefined;
        vault.hangs = false;
        const backAtMs = time.monotonicMs();
        let back = await call();
        while (back.served === 0) {
          await time.advance(1_000);
          back = await call();
        }
        const recoveredMs = time.monotonicMs() - backAtMs;
        assert.ok(recoveredMs <= 75_000, `${recoveredMs} ms`);
        assert.equal(world.secret.status.secret?.generation, 2);
        assert.equal(world.secret.breaker.state, "closed");
        assert.equal((await call()).served, 20);
        t.diagnostic(
          `${requests} token requests, ${reads} reads, longest call ${longestMs} ms, back after ${recoveredMs} ms`,
        );
      });
    }
  }
});
