import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { reportable } from "../../../cli/pipeline/safe-report.ts";
import { generateSecretValue } from "../../../sandbox/entra/secret-value.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";

describe("what is reported", () => {
  it("holds no client secret, wherever it stood", () => {
    const randomness = seededRandomness("safe-report");
    for (const [before, after] of [
      ["value=", "&x"],
      ['{"secretText":"', '"}'],
      ["", ""],
      ["\n", "\n"],
    ]) {
      const secret = generateSecretValue(randomness);
      const text = reportable(`Entra said: ${before}${secret}${after}`);
      assert.ok(!text.includes(secret.slice(5, 30)), text);
      assert.match(text, /\[secret\]/);
    }
  });

  it("holds no token", () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${part({ alg: "RS256", kid: "x" })}.${part({ sub: "repo:a/b" })}.signature`;
    assert.equal(reportable(`Bearer ${token}!`), "Bearer [token]!");
  });

  it("leaves other words as they are", () => {
    const text =
      "mail: generation 2 was not published, verification failed: AADSTS7000215 (docs/runbooks/failed-rotation.md)";
    assert.equal(reportable(text), text);
    fc.assert(fc.property(fc.stringMatching(/^[a-z .,:]{0,80}$/), (plain) => reportable(plain) === plain));
  });
});
