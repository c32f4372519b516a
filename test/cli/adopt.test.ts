import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../infra/duration.ts";
import { createApplication } from "../../sandbox/entra/applications.ts";
import { addPassword } from "../../sandbox/entra/passwords.ts";
import { createServicePrincipal } from "../../sandbox/entra/service-principals.ts";
import { keyturn } from "../support/keyturn-command.ts";
import { keyturnStack } from "../support/keyturn-stack.ts";

describe("keyturn adopt", () => {
  it("takes over an application that people made, and leaves their secrets until it is told otherwise", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "adopt",
      settings: { credentials: [{ name: "mailman", application: { displayName: "Mailman" } }] },
    });
    const { sandbox } = stack;
    const { appId, id, keyId } = await sandbox.store.update((draft) => {
      const context = { nowMs: draft.clock.nowMs, randomness: sandbox.randomness };
      const owners = [sandbox.deployer.principalId];
      const application = createApplication(draft.entra, { displayName: "Old \u202eCRM", owners }, context);
      createServicePrincipal(draft.entra, { appId: application.appId, owners }, context);
      const { credential } = addPassword(application, { displayName: "made in the portal" }, context);
      return { appId: application.appId, id: application.id, keyId: credential.keyId };
    });
    const keys = () =>
      sandbox.store.state.entra.applications[id]?.passwordCredentials.map((key) => key.keyId) ?? [];

    const wrong = await keyturn(stack, ["adopt", "crm", "--client-id", "crm", "--yes"]);
    assert.equal(wrong.exitCode, 2);
    const unknown = await keyturn(stack, ["adopt", "crm", "--client-id", keyId, "--yes"]);
    assert.match(unknown.stderr, /there is no application with client id/);

    const adopted = await keyturn(stack, ["adopt", "crm", "--client-id", appId, "--yes", "--json"]);
    assert.equal(adopted.exitCode, 0, adopted.stderr);
    assert.match(
      adopted.stderr,
      /crm: create: first deployment\n {2}makes, verifies and publishes generation 1/,
    );
    const document = JSON.parse(adopted.stdout);
    assert.equal(document.schemaVersion, 1);
    assert.equal(document.application.clientId, appId);
    assert.deepEqual(
      document.handMade.map((key: { keyId: string }) => key.keyId),
      [keyId],
    );
    assert.match(adopted.stderr, /made in the portal/);
    assert.doesNotMatch(adopted.stderr, /\u202e/, "a name cannot turn the text around");
    assert.match((await keyturn(stack, ["adopt", "crm", "--client-id", appId, "--yes"])).stderr, /already/);

    const up = await keyturn(stack, ["up", "--quiet"]);
    assert.equal(up.exitCode, 0, up.stderr);
    const { crm } = await stack.credentials();
    assert.equal(crm?.clientId, appId);
    assert.deepEqual(keys().toSorted(), [keyId, crm?.current?.keyId ?? ""].toSorted());

    const tooSoon = await keyturn(stack, ["adopt", "crm", "--remove-hand-made", "--yes"]);
    assert.equal(tooSoon.exitCode, 1);
    assert.match(tooSoon.stderr, /its consumers have until 2025-01-08/);
    await sandbox.timeline.advance(8 * DAY_MS);
    const removed = await keyturn(stack, ["adopt", "crm", "--remove-hand-made", "--yes"]);
    assert.equal(removed.exitCode, 0, removed.stderr);
    assert.deepEqual(keys(), [crm?.current?.keyId]);
  });
});
