import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NotConnectedError } from "../../../examples/mailman/src/customer-tokens.ts";
import { judgeFailure } from "../../../examples/mailman/src/judge-failure.ts";
import { SubmissionError } from "../../../examples/mailman/src/submission.ts";
import {
  BreakerOpenError,
  SecretReadError,
  type TokenFailure,
  TokenRequestError,
} from "../../../runtime/src/index.ts";

const common = { codes: [], advice: "" };
const token = (failure: TokenFailure) => new TokenRequestError(failure, 1, undefined);
const judge = (error: unknown, attempts = 0, ageMs = 0) =>
  judgeFailure({ error, attempts, ageMs, chance: 1 });

describe("judgeFailure", () => {
  for (const [name, error, kind] of [
    ["an open breaker", new BreakerOpenError(1_000, undefined), "wait-for-application"],
    ["an unreadable vault", new SecretReadError("vault", "unavailable"), "wait-for-application"],
    ["an expired secret", token({ ...common, kind: "expired" }), "wait-for-application"],
    ["a wrong secret", token({ ...common, kind: "wrong-secret" }), "wait-for-application"],
    ["a loop", token({ ...common, kind: "loop" }), "wait-for-application"],
    [
      "a revoked grant",
      token({ ...common, kind: "user-grant", reason: "expired-or-revoked" }),
      "customer-must-connect",
    ],
    ["a customer who never connected", new NotConnectedError("ann"), "customer-must-connect"],
    [
      "a tenant that locks the application out",
      token({ ...common, kind: "permanent", reason: "application-missing" }),
      "again",
    ],
    ["a full mailbox", new SubmissionError("transient", "452"), "again"],
    ["a lost answer", new SubmissionError("unknown-outcome", "DATA"), "again"],
    ["a refused recipient", new SubmissionError("permanent", "550"), "fail"],
    ["a mistake of its own", new TypeError("x"), "again"],
  ] as const) {
    it(`takes ${name} for: ${kind}`, () => {
      assert.equal(judge(error).kind, kind);
    });
  }

  it("waits longer after each attempt, at least as long as it was told to, and gives up after five days", () => {
    const busy = new SubmissionError("transient", "451");
    assert.deepEqual(
      [0, 1, 2, 7, 8, 30].map((attempts) => judge(busy, attempts)),
      [5_000, 10_000, 20_000, 640_000, 900_000, 900_000].map((delayMs) => ({
        kind: "again",
        delayMs,
        discardToken: false,
      })),
    );
    const told = judge(new SubmissionError("transient", "429", 120_000));
    assert.equal(told.kind === "again" && told.delayMs, 120_000);
    assert.deepEqual(judge(busy, 3, 5 * 86_400_000 + 1), { kind: "fail" });
  });

  it("asks for another token after one was refused", () => {
    const refused = judge(new SubmissionError("token-refused", "535 5.7.3"));
    assert.equal(refused.kind === "again" && refused.discardToken, true);
  });
});
