import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TokenFailure } from "../../runtime/src/classify-token-error.ts";
import { ClientSecret } from "../../runtime/src/client-secret.ts";
import { isYoung, RefusedSecrets } from "../../runtime/src/refused-secrets.ts";

const expired: TokenFailure = { kind: "expired", codes: [7000222], advice: "" };
const wrong: TokenFailure = { kind: "wrong-secret", codes: [7000215], advice: "" };
const secret = (value: string, version = value) => new ClientSecret(value, { version });
const hourMs = 3_600_000;
/** A refusal of a request that was sent when the answer came. */
const refusal = (failure: TokenFailure, young: boolean, sentAtMs = 0) => ({ failure, young, sentAtMs });

describe("RefusedSecrets", () => {
  it("never allows an expired secret again, under whatever version it comes back", () => {
    const refused = new RefusedSecrets(() => 0.5);
    refused.add(secret("one"), refusal(expired, true), 0);
    assert.equal(refused.take(secret("one", "republished"), 1_000_000 * hourMs), false);
    assert.equal(refused.standing(secret("one"), 1_000_000 * hourMs)?.failure, expired);
    assert.equal(refused.take(secret("two"), 0), true);
  });

  it("allows a young secret again after seconds, an established one after minutes but for the first time, longer each time", () => {
    for (const [young, expected] of [
      [true, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
      [false, [5_000, 60_000, 120_000, 240_000, 480_000, 960_000, 1_920_000, hourMs, hourMs]],
    ] as const) {
      const refused = new RefusedSecrets(() => 1);
      let nowMs = 1;
      for (const lastsMs of expected) {
        assert.equal(refused.add(secret("one"), refusal(wrong, young, nowMs), nowMs), lastsMs);
        assert.equal(refused.standing(secret("one"), nowMs + lastsMs - 1)?.failure, wrong);
        nowMs += lastsMs;
        assert.equal(refused.standing(secret("one"), nowMs)?.failure, undefined);
      }
    }
  });

  it("lets one caller try again, and the others wait for how that ends", () => {
    const refused = new RefusedSecrets(() => 1);
    refused.add(secret("one"), refusal(wrong, true), 0);
    assert.deepEqual(
      [0, 999, 1_000, 1_000, 1_001].map((nowMs) => refused.take(secret("one"), nowMs)),
      [false, false, true, false, false],
    );
    refused.release(secret("one"), 2_000);
    assert.equal(refused.take(secret("one"), 2_000), true);
    refused.remove(secret("one"));
    assert.equal(refused.take(secret("one"), 2_000), true);
    assert.equal(refused.take(secret("one"), 2_000), true);
  });

  it("counts requests that were under way together as one refusal", () => {
    const refused = new RefusedSecrets(() => 1);
    const lasts = Array.from({ length: 32 }, (_, index) =>
      refused.add(secret("one"), refusal(wrong, false, index), 100 + index),
    );
    assert.deepEqual([lasts[0], lasts[31]], [5_000, 4_969]);
    assert.equal(refused.take(secret("one"), 5_100), true);
    assert.equal(refused.add(secret("one"), refusal(wrong, false, 50), 5_150), 0); // It waits for the trial.
    assert.equal(refused.standing(secret("one"), 5_150)?.onTrial, true);
    assert.equal(refused.add(secret("one"), refusal(wrong, false, 5_100), 5_200), 60_000);
    assert.equal(
      refused.add(secret("one"), refusal(expired, false, 50), 5_300),
      Number.POSITIVE_INFINITY,
      "an expired secret stays so, however late that is learnt",
    );
  });

  it("tells when a trial has ended", () => {
    const refused = new RefusedSecrets(() => 1);
    let told = 0;
    const stop = refused.onChange(() => told++);
    refused.add(secret("one"), refusal(wrong, true), 0);
    refused.take(secret("one"), 1_000);
    assert.equal(told, 1);
    refused.release(secret("one"), 1_100);
    refused.take(secret("one"), 1_100);
    refused.remove(secret("one"));
    refused.remove(secret("one"));
    assert.equal(told, 3);
    stop();
    refused.add(secret("one"), refusal(wrong, true), 2_000);
    assert.equal(told, 3);
  });

  it("does not take a release for a pardon", () => {
    const refused = new RefusedSecrets(() => 1);
    refused.add(secret("one"), refusal(expired, true), 0);
    refused.release(secret("one"), 1);
    assert.equal(refused.take(secret("one"), 2), false);
  });

  it("keeps a bounded memory", () => {
    const refused = new RefusedSecrets(() => 1);
    for (let index = 0; index < 100; index++) {
      refused.add(secret(`secret ${index}`), refusal(expired, true), 0);
    }
    const kept = Array.from({ length: 100 }, (_, index) => refused.take(secret(`secret ${index}`), 1));
    assert.equal(kept.filter((allowed) => !allowed).length, 8);
    assert.equal(kept.at(-1), false);
  });
});

describe("isYoung", () => {
  it("goes by the secret's creation, or else by when it was first seen", () => {
    const created = new ClientSecret("one", { version: "1", createdAtMs: 0 });
    assert.equal(isYoung(created, 899_999, 500_000), true);
    assert.equal(isYoung(created, 900_000, 500_000), false);
    assert.equal(isYoung(secret("one"), 900_000, 500_000), true);
  });
});
