import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import { BreakerOpenError, ConfigurationError, TokenRequestError } from "../../runtime/src/errors.ts";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import type { RotatingSecretOptions } from "../../runtime/src/rotating-secret-options.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { FakeVault } from "./fake-cloud.ts";

/** As `@azure/identity` throws it. */
const expired = Object.assign(new Error("invalid_client"), {
  name: "AuthenticationError",
  statusCode: 401,
  errorResponse: {
    error: "invalid_client",
    errorDescription: "AADSTS7000222: expired",
    errorCodes: [7000222],
  },
});

describe("RotatingSecret", () => {
  let time: VirtualTime;
  let vault: FakeVault;
  let secret: RotatingSecret;

  function open(options: Partial<RotatingSecretOptions> = {}): RotatingSecret {
    secret = new RotatingSecret({
      credential: "mailman-office365",
      source: vault,
      clock: time,
      random: seededRandom(1),
      ...options,
    });
    return secret;
  }

  beforeEach(() => {
    time = new VirtualTime();
    vault = new FakeVault(time);
    vault.publish("secret-1");
    open();
  });

  afterEach(() => {
    secret.close();
    assert.equal(time.timers, 0, "a timer was left behind");
  });

  describe("withClientSecret", () => {
    it("gives the secret, and says which one it is", async () => {
      const answer = await secret.withClientSecret(async (value, { secret: info }) => [
        value,
        info.generation,
      ]);
      assert.deepEqual(answer, ["secret-1", 1]);
    });

    it("calls again with a newer secret after a refusal", async () => {
      await secret.start();
      vault.publish("secret-2");
      const used: string[] = [];
      const answer = await secret.withClientSecret(async (value) => {
        used.push(value);
        if (value === "secret-1") {
          throw expired;
        }
        return "logged in";
      });
      assert.equal(answer, "logged in");
      assert.deepEqual(used, ["secret-1", "secret-2"]);
    });

    it("calls again with the previous secret if there is no newer one", async () => {
      vault.publish("secret-2");
      const used: string[] = [];
      await secret.withClientSecret(async (value) => {
        used.push(value);
        if (value === "secret-2") {
          throw Object.assign(new Error(), { error: "invalid_client", error_codes: [7000215] });
        }
      });
      assert.deepEqual(used, ["secret-2", "secret-1"]);
    });

    it("throws what is no refusal as it is, and repeats nothing", async () => {
      const busy = Object.assign(new Error("550 mailbox full"), { responseCode: 550 });
      let calls = 0;
      const call = secret.withClientSecret(async () => {
        calls++;
        throw busy;
      });
      await assert.rejects(call, (error) => error === busy);
      assert.equal(calls, 1);
      assert.equal(secret.breaker.state, "closed");
    });

    it("takes the caller's word for what a refusal is", async () => {
      vault.publish("secret-2");
      const used: string[] = [];
      await secret.withClientSecret(
        async (value) => {
          used.push(value);
          if (value === "secret-2") {
            throw new Error("LOGIN failed");
          }
        },
        {
          classify: (error) =>
            error instanceof Error && error.message === "LOGIN failed"
              ? { kind: "wrong-secret", codes: [], advice: "Rotate." }
              : undefined,
        },
      );
      assert.deepEqual(used, ["secret-2", "secret-1"]);
    });

    it("ends in a typed error that tells what to do, and opens the breaker", async () => {
      await assert.rejects(
        secret.withClientSecret(() => Promise.reject(expired)),
        (error: unknown) =>
          error instanceof TokenRequestError &&
          error.failure.kind === "expired" &&
          error.secret?.generation === 1 &&
          /Rotate the credential/.test(error.message),
      );
      await assert.rejects(
        secret.withClientSecret(async () => {}),
        BreakerOpenError,
      );
    });

    it("keeps what the other library threw out of its own error", async () => {
      const leaky = Object.assign(new Error("POST client_secret=secret-1"), {
        response: { status: 401, data: { error: "invalid_client", error_description: "secret-1" } },
        config: { data: "client_secret=secret-1" },
      });
      const error = await time.until(secret.withClientSecret(() => Promise.reject(leaky))).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof TokenRequestError);
      assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes("secret-1"));
    });

    it("gives up a function that does not end", async () => {
      await assert.rejects(time.until(secret.withClientSecret(() => new Promise(() => {}))), {
        name: "OperationTimeoutError",
      });
    });

    it("passes the caller's abort on", async () => {
      const abort = new AbortController();
      let seen: AbortSignal | undefined;
      const call = secret.withClientSecret(
        (_value, { signal }) => {
          seen = signal;
          return new Promise(() => {});
        },
        { signal: abort.signal },
      );
      await time.settle();
      abort.abort(new Error("enough"));
      await assert.rejects(call, /enough/);
      assert.equal(seen?.aborted, true);
    });
  });

  it("names every option that cannot be used, the value and what is allowed", () => {
    assert.throws(
      () =>
        open({
          credential: "mail man",
          refreshIntervalMs: 5,
          limits: { maxAttempts: 0.5, maxWaiters: Number.NaN },
          breaker: { firstProbeMs: 10_000, longestProbeMs: 1_000 },
        }),
      (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(error.problems, [
          'credential is "mail man", allowed is 1 to 127 letters, digits and hyphens',
          "refreshIntervalMs is 5, allowed is a number from 1000 to 86400000",
          "limits.maxAttempts is 0.5, allowed is a whole number from 1 to 20",
          "limits.maxWaiters is NaN, allowed is a whole number from 1 to 10000000",
          "breaker.longestProbeMs is 1000, allowed is a number from 10000 to 3600000",
        ]);
        return true;
      },
    );
  });

  it("shows its state, and nothing else, to inspect and in JSON", async () => {
    await secret.start();
    const shown = { ...JSON.parse(JSON.stringify(secret)) };
    assert.equal(shown.secret.generation, 1);
    assert.equal(shown.breaker, "closed");
    assert.ok(!/secret-1/.test(inspect(secret, { depth: 9, showHidden: true }) + JSON.stringify(shown)));
  });

  it("survives a listener that throws", async () => {
    const seen: string[] = [];
    secret.onEvent(() => {
      throw new Error("a broken logger");
    });
    const stop = secret.onEvent(({ type }) => seen.push(type));
    await secret.start();
    stop();
    assert.deepEqual(seen, ["secret-changed"]);
  });
});
