import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { StackLockedError } from "../../../cli/engine/locked-error.ts";
import { CommandError, exitCodes } from "../../../cli/exit-codes.ts";
import { isTransient, MOST_ATTEMPTS, retryDelayMs, withRetries } from "../../../cli/pipeline/retry.ts";

describe("another try", () => {
  for (const text of [
    "pulumi up failed:\nGet https://graph.microsoft.com: read tcp: connection reset by peer",
    "request failed: ECONNRESET",
    'StatusCode=429 -- Original Error: Code="TooManyRequests"',
    "the vault answered 503: HTTP 503",
    "dial tcp: lookup login.microsoftonline.com: no such host",
    "net/http: TLS handshake timeout",
    "context deadline exceeded",
    "error: [409] Conflict: Another update is currently in progress.",
    "Service Unavailable",
  ]) {
    it(`is worth it: ${text.split("\n").at(-1)}`, () => assert.equal(isTransient(text), true));
  }

  for (const text of [
    "1 setting is wrong; nothing was changed:\n  keyturn:rotation.period: is missing",
    "mailman: generation 2 was not published, verification failed: AADSTS7000215",
    "AADSTS700016: application not found",
    "Authorization_RequestDenied: Insufficient privileges to complete the operation (403)",
    "mailman-429 is no credential",
    "resource 500 of 503 is protected",
    "",
  ]) {
    it(`is not worth it: ${text.split("\n").at(-1)}`, () => assert.equal(isTransient(text), false));
  }

  it("waits at random, up to a bound that doubles and ends at five minutes", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 9].map((attempt) => retryDelayMs(attempt, 1) / 1000),
      [30, 60, 120, 240, 300, 300],
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, random) => {
          const ms = retryDelayMs(attempt, random);
          assert.ok(ms >= 0 && ms <= 300_000 && Number.isInteger(ms));
        },
      ),
    );
    assert.equal(retryDelayMs(3, 0), 0);
    assert.ok(MOST_ATTEMPTS >= 2 && MOST_ATTEMPTS <= 5);
  });
});

describe("work that fails", () => {
  const passing = new CommandError("pulumi up failed:\nconnection reset by peer");
  const run = async (...outcomes: (Error | string)[]) => {
    const waits: number[] = [];
    const said: string[] = [];
    let tries = 0;
    const retrying = {
      terminal: { err: (text: string) => said.push(text) },
      random: () => 1,
      sleep: async (ms: number) => waits.push(ms),
    };
    const result = await withRetries(retrying, async () => {
      const outcome = outcomes[tries++] ?? "";
      if (outcome instanceof Error) throw outcome;
      return outcome;
    }).catch((error: unknown) => error);
    return { result, tries, waits, said };
  };

  it("is done again while its trouble passes, and says so in a line", async () => {
    const { result, waits, said } = await run(passing, passing, "done");
    assert.equal(result, "done");
    assert.deepEqual(waits, [30_000, 60_000]);
    assert.deepEqual(said, [
      "keyturn: pulumi up failed: tried again in 30 s",
      "keyturn: pulumi up failed: tried again in 60 s",
    ]);
  });

  it("is given up on after the last attempt", async () => {
    const { result, tries } = await run(passing, passing, passing, passing);
    assert.equal(result, passing);
    assert.equal(tries, MOST_ATTEMPTS);
  });

  it("is not done again where that would not help", async () => {
    for (const error of [
      new CommandError("1 setting is wrong"),
      new CommandError("HTTP 503", exitCodes.configuration),
      new CommandError("timed out", exitCodes.timeout),
      new Error("connection reset by peer"),
      new StackLockedError("dev", []),
    ]) {
      const { result, tries } = await run(error, "done");
      assert.equal(result, error);
      assert.equal(tries, 1);
    }
  });
});
