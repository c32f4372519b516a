import assert from "node:assert/strict";
import { test } from "node:test";
import { timeoutOf } from "../../cli/commands/stack-option.ts";
import { CommandError, exitCodes } from "../../cli/exit-codes.ts";

test("--timeout is a duration that ends", () => {
  assert.equal(timeoutOf({}), undefined);
  assert.equal(timeoutOf({ timeout: "20 minutes" }), 20 * 60_000);
  assert.equal(timeoutOf({ timeout: "24 hours" }), 86_400_000);
  for (const timeout of ["soon", "0 seconds", "25 hours", ""]) {
    assert.throws(
      () => timeoutOf({ timeout }),
      (error: unknown) =>
        error instanceof CommandError &&
        error.exitCode === exitCodes.configuration &&
        error.message.startsWith(`--timeout ${timeout}: allowed is a whole number and a unit`) &&
        error.message.endsWith("up to 1 day"),
    );
  }
});
