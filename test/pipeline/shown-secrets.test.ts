import assert from "node:assert/strict";
import { it } from "node:test";
import { code } from "../../cli/audit/report/markdown.ts";
import { leaksOf } from "../support/pipeline/shown-secrets.ts";

it("the search for secrets finds each spelling of one, and tokens that nobody planted", () => {
  const secret = 'k3p"secret/+~value-of-a-test';
  const spellings = [
    `before ${secret} after`,
    JSON.stringify({ secret }),
    `https://example.com/?x=${encodeURIComponent(secret)}`,
    ...["", "u", "us", "usr"].map((user) => Buffer.from(`${user}${secret}:`).toString("base64")),
    Buffer.from(secret).toString("hex"),
    `${"eyJ".padEnd(40, "a")}.${"eyJ".padEnd(40, "b")}.${"c".repeat(40)}`,
    `abc8Q~${"x".repeat(34)}`,
    `| ${code(secret)} |`,
    code(`abc8Q~${"x".repeat(34)}`),
  ];
  for (const text of spellings)
    assert.deepEqual(leaksOf([secret], [{ where: "here", text }]), ["here"], text);
  assert.deepEqual(leaksOf([secret], [{ where: "here", text: "mailman was rotated, ID 8Q" }]), []);
});
