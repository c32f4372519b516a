import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("stack traces are Node's own again, and the program sees to it before it loads anything else", async (t) => {
  const before = Error.prepareStackTrace;
  t.after(() => {
    Error.prepareStackTrace = before;
  });
  let translated = 0;
  Error.prepareStackTrace = (error) => {
    translated += 1;
    return String(error);
  };
  void new Error("translated").stack;
  assert.equal(translated, 1);
  await import("../../infra/plain-stack-traces.ts");
  assert.match(new Error("plain").stack ?? "", /plain-stack-traces\.test\.ts:\d+:\d+/);
  assert.equal(translated, 1);

  const program = readFileSync(new URL("../../infra/index.ts", import.meta.url), "utf8");
  assert.equal(/^import .*$/m.exec(program)?.[0], 'import "./plain-stack-traces.ts";');
});
