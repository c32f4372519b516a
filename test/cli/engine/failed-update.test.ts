import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const settings = {
  verification: { successes: 3, pause: "0 seconds", window: "1 second" },
  credentials: [{ name: "mailman", application: { displayName: "Mailman" } }],
};
const UP = ["up", "--quiet", "--json"];

describe("keyturn up, when something cannot be done", () => {
  it("says what, and keeps its result where the update itself went well", async (t) => {
    const stack = await keyturnStack(t, { seed: "failed update", settings });
    const { faults, timeline } = stack.sandbox;
    const signedOut = Object.fromEntries(
      Object.entries(stack.env).filter(([key]) => !/^AZURE_CLIENT/.test(key)),
    );

    const anonymous = await keyturn({ ...stack, env: signedOut }, UP);
    assert.equal(anonymous.exitCode, 0, anonymous.stderr);
    const { credentials, changed, warnings } = JSON.parse(anonymous.stdout);
    assert.equal(credentials[0].current.generation, 1);
    assert.equal(changed, true);
    assert.match(warnings.join(), /was not looked for.*no token for Microsoft Graph can be had/s);
    const adopt = ["adopt", "crm", "--client-id", "11111111-1111-4111-8111-111111111111", "--yes"];
    const refused = await keyturn({ ...stack, env: signedOut }, adopt);
    assert.equal(refused.exitCode, 3, refused.stderr);
    assert.match(refused.stderr, /^keyturn: no token for Microsoft Graph can be had/m);
    assert.doesNotMatch(anonymous.stderr + refused.stderr, /internal error|\n {4}at /);

    await timeline.advance(51 * DAY_MS);
    await faults.add({
      match: { face: "https", operation: "login.token" },
      effect: { kind: "status", status: 503, body: "{}" },
    });
    const unproved = await keyturn(stack, UP);
    assert.equal(unproved.exitCode, 4, unproved.stderr);
    assert.match(unproved.stderr, /generation 2 was not published, verification failed/);
    await faults.clear();
    await faults.add({
      match: { face: "provider", operation: "azure-native.invoke" },
      effect: { kind: "status", status: 503, body: "the vault is unavailable" },
    });
    const unreadable = await keyturn(stack, UP);
    assert.equal(unreadable.exitCode, 1, "an older problem is no reason of this update's");
    assert.match(unreadable.stderr, /cannot read what the vault publishes.*the vault is unavailable/s);
  });
});
