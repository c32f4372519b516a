import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  classifyTokenError,
  type TokenFailure,
  type TokenGrantType,
} from "../../runtime/src/classify-token-error.ts";

const nowMs = Date.UTC(2026, 0, 1);

function answer(error: string, codes: number[], extra: object = {}): string {
  return JSON.stringify({
    error,
    error_description: `AADSTS${codes[0]}: text`,
    error_codes: codes,
    ...extra,
  });
}

function classify(
  status: number | undefined,
  body: string,
  options: { grantType?: TokenGrantType; headers?: Record<string, string> } = {},
): TokenFailure {
  return classifyTokenError({
    ...(status === undefined ? {} : { status }),
    headers: new Headers(options.headers),
    body,
    nowMs,
    ...(options.grantType === undefined ? {} : { grantType: options.grantType }),
  });
}

describe("classifyTokenError", () => {
  const cases: [string, number, string, number[], TokenGrantType, string, string?][] = [
    ["an expired secret", 401, "invalid_client", [7000222], "client_credentials", "expired"],
    ["an expired secret in a refresh", 401, "invalid_client", [7000222], "refresh_token", "expired"],
    ["an unknown secret", 401, "invalid_client", [7000215], "client_credentials", "wrong-secret"],
    ["a refused client with a new number", 401, "invalid_client", [7999999], "refresh_token", "wrong-secret"],
    ["a refused client without a number", 401, "invalid_client", [], "client_credentials", "wrong-secret"],
    ["no secret sent", 401, "invalid_client", [7000218], "client_credentials", "permanent", "misconfigured"],
    [
      "a disabled app",
      400,
      "unauthorized_client",
      [7000112],
      "refresh_token",
      "permanent",
      "application-disabled",
    ],
    [
      "a disabled app, refused",
      401,
      "invalid_client",
      [7000112],
      "refresh_token",
      "permanent",
      "application-disabled",
    ],
    [
      "an unknown app",
      400,
      "unauthorized_client",
      [700016],
      "client_credentials",
      "permanent",
      "application-missing",
    ],
    [
      "an unknown tenant",
      400,
      "invalid_request",
      [90002],
      "client_credentials",
      "permanent",
      "misconfigured",
    ],
    ["a wrong scope", 400, "invalid_scope", [70011], "client_credentials", "permanent", "misconfigured"],
    ["a throttled tenant", 400, "invalid_request", [90055], "client_credentials", "throttled"],
    ["too many requests", 429, "anything", [], "client_credentials", "throttled"],
    ["a directory retry", 400, "invalid_request", [90006], "client_credentials", "transient", "server"],
    ["a spent budget", 400, "invalid_request", [90024], "client_credentials", "transient", "server"],
    ["a directory out", 400, "invalid_request", [90033], "client_credentials", "transient", "server"],
    ["a graph retry", 400, "invalid_grant", [90090], "refresh_token", "transient", "server"],
    [
      "temporarily unavailable",
      400,
      "temporarily_unavailable",
      [],
      "client_credentials",
      "transient",
      "server",
    ],
    [
      "a server error with a secret's number",
      500,
      "invalid_client",
      [7000222],
      "client_credentials",
      "transient",
      "server",
    ],
    ["a loop, reported as a grant", 400, "invalid_grant", [50196], "refresh_token", "loop"],
    ["a revoked grant", 400, "invalid_grant", [50173], "refresh_token", "user-grant", "expired-or-revoked"],
    ["an idle grant", 400, "invalid_grant", [700082], "refresh_token", "user-grant", "expired-or-revoked"],
    ["a missing consent", 400, "invalid_grant", [65001], "refresh_token", "user-grant", "consent-missing"],
    [
      "a required login",
      400,
      "interaction_required",
      [50076],
      "on_behalf_of",
      "user-grant",
      "interaction-required",
    ],
    [
      "a grant where there is no user",
      400,
      "invalid_grant",
      [53003],
      "client_credentials",
      "permanent",
      "misconfigured",
    ],
    ["a proxy's page", 200, "", [], "client_credentials", "transient", "unintelligible"],
  ];
  for (const [name, status, error, codes, grantType, kind, reason] of cases) {
    it(`takes ${name} for ${kind}`, () => {
      const body = error === "" ? "<html>Sign in to the guest network</html>" : answer(error, codes);
      const failure = classify(status, body, { grantType });
      assert.equal(failure.kind, kind);
      assert.equal("reason" in failure ? failure.reason : undefined, reason);
      assert.equal(failure.status, status);
      assert.ok(failure.advice.length > 20);
    });
  }

  it("takes silence for transient", () => {
    const failure = classify(undefined, "");
    assert.equal(failure.kind, "transient");
    assert.equal("reason" in failure && failure.reason, "no-response");
  });

  it("reads the number from the description where there is no list", () => {
    const body = JSON.stringify({ error: "invalid_client", error_description: "AADSTS7000222: expired" });
    assert.equal(classify(401, body).kind, "expired");
  });

  it("waits a minute where a throttled answer names no time, and an hour at most", () => {
    const wait = (headers: Record<string, string>) => {
      const failure = classify(429, "", { headers });
      return failure.kind === "throttled" ? failure.retryAfterMs : undefined;
    };
    assert.equal(wait({}), 60_000);
    assert.equal(wait({ "retry-after": "7" }), 7_000);
    assert.equal(wait({ "retry-after": "86400" }), 3_600_000);
  });

  it("passes a claims challenge on", () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const failure = classify(400, answer("interaction_required", [50076], { claims }), {
      grantType: "on_behalf_of",
    });
    assert.equal(failure.kind === "user-grant" && failure.claims, claims);
  });

  it("keeps nothing of an answer that may be an echo of the request", () => {
    const secret = "S3cret~value.that-must_not-leak";
    fc.assert(
      fc.property(
        fc.record({
          error: fc.constantFrom(secret, `invalid_client ${secret}`, "invalid_client"),
          error_description: fc.constantFrom(`client_secret=${secret}`, "AADSTS7000215: x"),
          error_codes: fc.constantFrom([secret], [7000215], secret),
          trace_id: fc.constantFrom(secret, "0000aaaa-11bb-cccc-dd22-eeeeee333333"),
          correlation_id: fc.constant(secret),
          claims: fc.constant(secret),
        }),
        fc.constantFrom(200, 400, 401, 500),
        fc.constantFrom<TokenGrantType>("client_credentials", "refresh_token"),
        (body, status, grantType) => {
          const failure = classify(status, JSON.stringify(body), { grantType });
          assert.ok(!JSON.stringify(failure).includes(secret));
        },
      ),
    );
  });

  it("answers for any status and any body", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => text.slice(1)),
        ),
        fc.constantFrom<TokenGrantType>(
          "client_credentials",
          "refresh_token",
          "authorization_code",
          "on_behalf_of",
        ),
        (status, body, grantType) => {
          const failure = classify(status, body, { grantType });
          assert.ok(failure.advice);
          if (status >= 500) {
            assert.ok(
              failure.kind === "transient" || failure.kind === "loop" || failure.kind === "throttled",
            );
          }
        },
      ),
    );
  });
});
