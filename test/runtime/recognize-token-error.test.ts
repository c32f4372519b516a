import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AuthenticationError } from "@azure/identity";
import { ServerError } from "@azure/msal-node";
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
