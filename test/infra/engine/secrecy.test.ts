import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { keyturnStack, succeeded } from "../../support/keyturn-stack.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a full run", () => {
  it("shows no secret value in its output, event log, outputs or checkpoint", async (t) => {
    const stack = await keyturnStack(t, { seed: "secrecy" });
    const folder = temporaryFolder(t);
    const said = new Map<string, string>();
    // The flag that the Automation API uses is hidden otherwise.
    const withEventLog = { ...stack.env, PULUMI_DEBUG_COMMANDS: "true" };
    for (const [index, days] of [0, 51, 8].entries()) {
      await stack.sandbox.timeline.advance(days * DAY_MS);
      const eventLog = join(folder, `events-${index}.json`);
      for (const args of [
        ["preview", "--diff", "--json"],
        ["up", "--yes", "--skip-preview", "--diff", "--event-log", eventLog],
      ]) {
        const { stdout, stderr } = succeeded(await stack.run(args, { env: withEventLog }));
        said.set(`${args[0]} ${index}`, stdout + stderr);
      }
      said.set(`event log ${index}`, await readFile(eventLog, "utf8"));
      said.set(`checkpoint ${index}`, await stack.checkpoint());
      said.set(`outputs ${index}`, JSON.stringify(await stack.credentials()));
    }
    const values = Object.values(stack.sandbox.store.state.keyVault.vaults).flatMap(({ secrets }) =>
      Object.values(secrets).flatMap(({ versions }) => versions.map(({ value }) => value)),
    );
    assert.equal(new Set(values).size, 4, "two credentials, rotated once");
    assert.ok(values.every((value) => value.length >= 40));
    for (const [where, text] of said) {
      assert.ok(text.includes("mailman-office365"), "the search would find something");
      for (const value of values) {
        for (const form of [
          value,
          JSON.stringify(value).slice(1, -1),
          encodeURIComponent(value),
          btoa(value),
        ]) {
          assert.ok(!text.includes(form), `a secret value stands in: ${where}`);
        }
      }
    }
  });
});
