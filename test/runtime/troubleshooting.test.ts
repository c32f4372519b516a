import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { classifyTokenError } from "../../runtime/src/classify-token-error.ts";
import {
  BreakerOpenError,
  OperationTimeoutError,
  SecretReadError,
  type SecretReadFailureReason,
  TokenRequestError,
  TooManyWaitersError,
} from "../../runtime/src/errors.ts";

const page = readFileSync(
  fileURLToPath(new URL("../../runtime/TROUBLESHOOTING.md", import.meta.url)),
  "utf8",
);

/** The messages that the library really has. */
function messages(): string[] {
  const answer = (error: string, code: number) => JSON.stringify({ error, error_codes: [code] });
  const refusals = [
    { status: 401, body: answer("invalid_client", 7000222) },
    { status: 401, body: answer("invalid_client", 7000215) },
    { status: 429 },
    { status: 400, body: answer("invalid_grant", 50196) },
    { status: 503 },
    { status: 200, body: "<html>" },
    { status: 400, body: answer("unauthorized_client", 7000112) },
    { status: 400, body: answer("unauthorized_client", 700016) },
    { status: 400, body: answer("invalid_scope", 70011) },
    { status: 400, body: answer("invalid_grant", 50173), grantType: "refresh_token" as const },
  ].map((facts) => new TokenRequestError(classifyTokenError({ nowMs: 0, ...facts }), 1, undefined));
  const silences = ["timeout", "ENOTFOUND"].map(
    (cause) => new TokenRequestError(classifyTokenError({ nowMs: 0 }), 1, undefined, cause),
  );
  const reasons: SecretReadFailureReason[] = ["forbidden", "unauthorized", "missing", "disabled"];
  const reads = [
    ...reasons.map((reason) => new SecretReadError("vault", reason)),
    new SecretReadError("vault", "unavailable", { code: "timeout" }),
  ];
  const others = [
    new BreakerOpenError(1, undefined),
    new TooManyWaitersError(1),
    new OperationTimeoutError(1),
  ];
  return [...refusals, ...silences, ...reads, ...others].map(({ message }) => message);
}

test("every message of the page is one of the library's, and every kind of message is on the page", () => {
  const known = messages();
  const rows = [...page.matchAll(/^\| `([^`]+)`(?: … `([^`]+)`)? \|/gm)].filter(
    ([, text]) => !text?.startsWith("secret-") && !text?.startsWith("acquire"),
  );
  assert.ok(rows.length >= 20);
  const explained = new Set<string>();
  for (const [, first = "", second = ""] of rows) {
    const matching = known.filter((message) => message.includes(first) && message.includes(second));
    assert.ok(matching.length > 0, `the library says nothing like: ${first} ${second}`);
    for (const message of matching) explained.add(message);
  }
  assert.deepEqual(
    known.filter((message) => !explained.has(message)),
    [],
  );
});
