import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes } from "../../../cli/exit-codes.ts";
import { DAY_MS } from "../../../infra/duration.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack } from "../../support/keyturn-stack.ts";

const NAME = "mailman";
const mailman = { name: NAME, application: { displayName: "Mailman" } };
const REVOKE = ["revoke", NAME, "--reason", "posted in a ticket", "--yes", "--quiet"];

function keysInEntra({ sandbox }: KeyturnStack): number {
  return Object.values(sandbox.store.state.entra.applications)
    .filter(({ displayName }) => displayName === "Mailman")
    .flatMap(({ passwordCredentials }) => passwordCredentials).length;
}

describe("a leak that is to be revoked, on the real engine", () => {
  it("is, whatever the stack's file holds up", async (t) => {
    const hold = { until: "2028-01-01", reason: "freeze" };
    const stack = await keyturnStack(t, { seed: "held", settings: { credentials: [mailman] } });
    await stack.mustUp();
    const { current } = (await stack.credentials())[NAME] ?? {};
    await stack.stack.setConfig("keyturn:credentials", { value: JSON.stringify([{ ...mailman, hold }]) });

    const revoked = await keyturn(stack, REVOKE);
    assert.equal(revoked.exitCode, exitCodes.resource, "done, and the hold is still told of");
    assert.match(revoked.stderr, /mailman cannot be held until 2028-01-01T00:00:00Z, past the safe date/);
    const after = (await stack.credentials())[NAME];
    assert.equal(after?.current?.generation, 2);
    assert.equal(after.previous, undefined);
    assert.notEqual(after.current.keyId, current?.keyId);
    assert.equal(keysInEntra(stack), 1, "what leaked is gone");
  });

  it("is by the next update, if the command's own one failed or was killed", async (t) => {
    const stack = await keyturnStack(t, { seed: "pending", settings: { credentials: [mailman] } });
    const { faults, timeline } = stack.sandbox;
    await stack.mustUp();

    // Killed before anything was made.
    await faults.add({
      match: { face: "provider", path: "azuread/index/ApplicationPassword/*" },
      when: { kind: "always" },
      effect: { kind: "hang" },
    });
    const kill = new AbortController();
    const running = keyturn(stack, REVOKE, { signal: kill.signal });
    while (faults.fired().length === 0) await sleep(10);
    kill.abort();
    await running;
    await faults.clear();
    const { current, pending } = (await stack.credentials())[NAME] ?? {};
    assert.equal(current?.generation, 1);
    assert.deepEqual([pending?.action, pending?.reason], ["revoke", "posted in a ticket"]);
    const status = await keyturn(stack, ["status", NAME]);
    assert.match(status.stdout, /revoke was asked for and is not done yet: posted in a ticket/);

    // Carried on with, and failed: Entra cannot be asked. Nobody waits for a back-off.
    await faults.add({
      match: { face: "https", operation: "login.token" },
      effect: { kind: "status", status: 503, body: "{}" },
    });
    const cancelled = await stack.run(["cancel", "--yes"]);
    assert.equal(cancelled.exitCode, 0, cancelled.stderr);
    const failed = await stack.up();
    assert.equal(failed.exitCode, 1, "plain pulumi carries on as well");
    assert.match(failed.stdout, /mailman: revoke: revocation requested: posted in a ticket/);
    assert.equal((await stack.credentials())[NAME]?.pending?.id, pending?.id);
    await faults.clear();

    // The scheduled run of the next day.
    await timeline.advance(DAY_MS);
    const settled = await keyturn(stack, ["up", "--quiet"]);
    assert.equal(settled.exitCode, 0, settled.stderr);
    const after = (await stack.credentials())[NAME];
    assert.equal(after?.current?.generation, 2);
    assert.equal(after.previous, undefined);
    assert.equal(after.pending, undefined);
    assert.equal(after.tags?.request, pending?.id);
    assert.equal(keysInEntra(stack), 1, "what leaked is gone");
    assert.equal((await stack.preview(["--expect-no-changes"])).exitCode, 0);
  });
});
