import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { openEngine } from "../../../cli/engine/engine.ts";
import { readSettings } from "../../../cli/engine/settings.ts";
import { CommandError } from "../../../cli/exit-codes.ts";
import { testStack } from "../../support/engine.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
const ID = "11111111-1111-4111-8111-111111111111";
const KEYED = "https://pager.example.com/hook?key=of-the-pager";

describe("a stack's settings, as commands read them", () => {
  it("include encrypted ones, and say what is wrong without giving those away", async (t) => {
    const credentials = [{ name: "mailman", application: { displayName: "Mailman" } }];
    const config = {
      "keyturn:tenantId": { value: ID },
      "keyturn:team": { value: JSON.stringify({ name: "Sell", groupId: ID }) },
      "keyturn:credentials": { value: JSON.stringify(credentials) },
    };
    const stack = await testStack(t, { program: PROJECT, config });
    const engine = await openEngine({ stack: "dev", env: stack.env, projectFolder: stack.project });
    // The stack's own file names a receiver with a webhook there.
    const path = "keyturn:alerts.receivers[0].webhook";

    await engine.expect(["config", "set", "--secret", "--path", path, KEYED]);
    const settings = await readSettings(engine);
    assert.equal(settings.alerts.receivers[0]?.webhook, KEYED);

    await engine.expect(["config", "set", "--secret", "--path", path, KEYED.replace("https", "http")]);
    await assert.rejects(readSettings(engine), (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, /keyturn:alerts\.receivers\[0\]\.webhook: must be an absolute https URL/);
      assert.ok(!error.message.includes("of-the-pager"));
      return true;
    });
  });
});
