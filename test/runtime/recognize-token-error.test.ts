import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AuthenticationError } from "@azure/identity";
import { ConfidentialClientApplication, type NetworkResponse, ServerError } from "@azure/msal-node";
import fc from "fast-check";
import { recognizeTokenError } from "../../runtime/src/recognize-token-error.ts";

const context = { grantType: "client_credentials", nowMs: 0 } as const;
const answer = {
  error: "invalid_client",
  error_description: "AADSTS7000222: expired",
  error_codes: [7000222],
};

describe("recognizeTokenError", () => {
  const cases: [string, unknown][] = [
    ["@azure/identity", new AuthenticationError(401, answer)],
    ["MSAL", new ServerError("invalid_client", "c", "AADSTS7000222: expired")],
    ["the answer itself", answer],
    ["axios", { message: "401", response: { status: 401, data: answer } }],
    ["gaxios", { response: { status: 401, data: JSON.stringify(answer) } }],
    ["an HTTP error with a body", { statusCode: 401, body: JSON.stringify(answer) }],
  ];
  for (const [name, thrown] of cases) {
    it(`knows an expired secret from ${name}`, () => {
      assert.equal(recognizeTokenError(thrown, context)?.kind, "expired");
    });
  }

  it("knows what MSAL really throws, with its numbers and ids", async () => {
    for (const [codes, kind] of [
      [[7000222], "expired"],
      [[7000215], "wrong-secret"],
      [[50196, 90055], "loop"],
    ] as const) {
      const thrown = await thrownByMsal({
        error: "invalid_client",
        error_description: `AADSTS${codes[0]}: The provided client secret keys are expired.`,
        error_codes: codes,
        timestamp: "2026-01-01 00:00:00Z",
        trace_id: "0000aaaa-11bb-cccc-dd22-eeeeee333333",
        correlation_id: "aaaa0000-bb11-2222-33cc-444444dddddd",
      });
      const failure = recognizeTokenError(thrown, context);
      assert.equal(failure?.kind, kind);
      assert.deepEqual(failure?.codes, codes);
      assert.equal(failure?.status, 401);
      assert.equal(failure?.traceId, "0000aaaa-11bb-cccc-dd22-eeeeee333333");
    }
  });

  for (const [name, headers] of [
    ["a plain object", { "Retry-After": "7" }],
    ["fetch", new Headers({ "retry-after": "7" })],
    ["a map", new Map([["retry-after", 7]])],
  ] as const) {
    it(`reads Retry-After from headers as ${name}`, () => {
      const data = { error: "temporarily_unavailable" };
      for (const thrown of [
        { response: { status: 429, headers, data } },
        { response: { status: 429, headers, bodyAsText: JSON.stringify(data) } },
        { status: 429, headers, body: data },
      ]) {
        const failure = recognizeTokenError(thrown, context);
        assert.ok(failure?.kind === "throttled" && failure.retryAfterMs === 7_000, name);
      }
    });
  }

  it("leaves everything else alone", () => {
    for (const thrown of [
      undefined,
      null,
      "invalid_client",
      new Error("invalid_client"),
      { error: "mailbox full" },
      { response: { status: 401, data: "<html>" } },
      Object.assign(new Error("535 5.7.3"), { responseCode: 535 }),
    ]) {
      assert.equal(recognizeTokenError(thrown, context), undefined);
    }
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.anything(), (thrown) => void recognizeTokenError(thrown, context)));
  });
});

/** Has MSAL ask for a token, and a token endpoint refuse it. */
async function thrownByMsal(refusal: object): Promise<unknown> {
  const base = "https://login.test/contoso.test";
  const answer = async <T>(status: number, body: object): Promise<NetworkResponse<T>> => ({
    status,
    headers: {},
    body: body as T,
  });
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: "8a7f0000-0000-4000-8000-000000000002",
      clientSecret: "refused",
      authority: base,
      knownAuthorities: ["login.test"],
    },
    system: {
      networkClient: {
        sendGetRequestAsync: () =>
          answer(200, {
            authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
            token_endpoint: `${base}/oauth2/v2.0/token`,
            issuer: `${base}/v2.0`,
            jwks_uri: `${base}/discovery/v2.0/keys`,
          }),
        sendPostRequestAsync: () => answer(401, refusal),
      },
    },
  });
  return client.acquireTokenByClientCredential({ scopes: ["https://graph.test/.default"] }).then(
    () => assert.fail("a token"),
    (error: unknown) => error,
  );
}
