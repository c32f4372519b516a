import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { servicePrincipalOfClient } from "../../../sandbox/entra/service-principals.ts";
import { deleteSecret, recoverDeletedSecret } from "../../../sandbox/keyvault/deleted-secrets.ts";
import { setSecret } from "../../../sandbox/keyvault/secrets.ts";
import { type KeyturnStack, keyturnStack } from "../../support/keyturn-stack.ts";

const VAULT = "kv-sell-mail-dev";
const SETTINGS = {
  credentials: [
    { name: "mailman", application: { displayName: "Mailman" } },
    { name: "other", application: { displayName: "Other" } },
  ],
  // No splay: both are due at once.
  rotation: { lifetime: "90 days", period: "50 days", overlap: "7 days", splay: "0 days" },
};

function currentVersion({ sandbox }: KeyturnStack, name: string) {
  const version = sandbox.store.state.keyVault.vaults[VAULT]?.secrets[name]?.versions.at(-1);
  assert.ok(version);
  return version;
}

function setCredentials(stack: KeyturnStack, credentials: unknown[]): Promise<void> {
  return stack.stack.setConfig("keyturn:credentials", { value: JSON.stringify(credentials) });
}

function setAccountEnabled(stack: KeyturnStack, clientId: string, isEnabled: boolean): Promise<void> {
  return stack.sandbox.store.update(({ entra }) => {
    const principal = servicePrincipalOfClient(entra, clientId);
    assert.ok(principal);
    principal.accountEnabled = isEnabled;
  });
}

describe("one credential of two that something is wrong with, on the real engine", () => {
  it("is stopped by a version that was written by hand, and the other one rotates", async (t) => {
    const stack = await keyturnStack(t, { seed: "by-hand", settings: SETTINGS });
    const { store, randomness, timeline } = stack.sandbox;
    await stack.mustUp();
    const ours = currentVersion(stack, "mailman");
    const before = (await stack.credentials()).mailman;

    // As `az keyvault secret set --name mailman --value …` writes it: no tags, no expiry.
    await store.update((draft) => {
      const context = { nowMs: draft.clock.nowMs, randomness };
      setSecret(draft, { vaultName: VAULT, secretName: "mailman", value: "by hand" }, context);
      setSecret(draft, { vaultName: VAULT, secretName: "foreign", value: "somebody's" }, context);
    });
    // And a new credential gets a name that the vault has already.
    const foreign = { name: "foreign", application: { displayName: "Foreign" } };
    await setCredentials(stack, [...SETTINGS.credentials, foreign]);
    await timeline.advance(51 * DAY_MS);
    const stopped = await stack.up();
    assert.equal(stopped.exitCode, 1);
    assert.match(
      stopped.stdout,
      /mailman: left as it is: the tags of the published secret are inconsistent: tag credential is missing/,
    );
    assert.match(stopped.stdout, /foreign: left as it is: .*, and the stack has never published it/);
    assert.equal(currentVersion(stack, "mailman").value, "by hand", "nothing is written over it");
    assert.equal(currentVersion(stack, "foreign").value, "somebody's");
    const credentials = await stack.credentials();
    const { mailman, other } = credentials;
    assert.equal(credentials.foreign?.current, undefined);
    assert.deepEqual(mailman?.current, before?.current);
    assert.equal(other?.current?.generation, 2);
    const keys = (objectId = "") =>
      store.state.entra.applications[objectId]?.passwordCredentials.map(({ keyId }) => keyId);
    assert.deepEqual(keys(mailman?.applicationObjectId), [before?.current?.keyId], "its slot is kept");

    // The runbook: what Keyturn wrote last is written again, with its tags and dates.
    await store.update((draft) => {
      const context = { nowMs: draft.clock.nowMs, randomness };
      const { value, contentType, tags, expires, notBefore } = ours;
      const version = { value, contentType, tags, expires, notBefore };
      setSecret(draft, { vaultName: VAULT, secretName: "mailman", ...version }, context);
    });
    await setCredentials(stack, SETTINGS.credentials);
    await stack.mustUp();
    assert.equal((await stack.credentials()).mailman?.current?.generation, 2);
    assert.equal(currentVersion(stack, "foreign").value, "somebody's");
  });

  it("that has lost its published secret stops the update, until that is recovered", async (t) => {
    const stack = await keyturnStack(t, { seed: "lost", settings: SETTINGS });
    const { store, timeline } = stack.sandbox;
    const mailman = { vaultName: VAULT, secretName: "mailman" };
    await stack.mustUp();
    const before = await stack.credentials();
    await store.update((draft) => void deleteSecret(draft, mailman, draft.clock.nowMs));
    await timeline.advance(51 * DAY_MS);
    const refused = await stack.up();
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout,
      /the stack published generation 1 of mailman, but the vault has no such secret: .* Recover the deleted secret, then update again \(docs\/runbooks\/lost-published-secret\.md\)/,
    );
    assert.deepEqual(await stack.credentials(), before, "nothing was changed");

    await store.update((draft) => void recoverDeletedSecret(draft, mailman, draft.clock.nowMs));
    await stack.mustUp();
    const after = await stack.credentials();
    assert.deepEqual(
      ["mailman", "other"].map((name) => after[name]?.current?.generation),
      [2, 2],
    );
  });

  it("whose application is disabled is found the same day, fails alone, and goes on when it is enabled", async (t) => {
    const stack = await keyturnStack(t, { seed: "disabled", settings: SETTINGS });
    const { timeline } = stack.sandbox;
    await stack.mustUp();
    const { clientId = "" } = (await stack.credentials()).mailman ?? {};
    await setAccountEnabled(stack, clientId, false);
    await timeline.advance(DAY_MS);
    const found = await stack.up();
    assert.equal(found.exitCode, 1);
    assert.match(
      found.stdout,
      /mailman: the published generation 1 could not be verified: permanent: AADSTS7000112\. .*unverified-secret\.md/,
    );
    assert.equal((await stack.credentials()).mailman?.current?.generation, 1, "another secret does not help");

    // Both are due: the new secret of one cannot be proved, the other one goes on.
    await timeline.advance(50 * DAY_MS);
    const failed = await stack.up();
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stdout, /mailman: generation 2 was not published, verification failed: permanent/);
    const due = await stack.credentials();
    assert.deepEqual([due.mailman?.current?.generation, due.other?.current?.generation], [1, 2]);
    assert.equal(due.mailman?.failure?.attempts, 1);
    assert.equal(due.other?.failure, undefined);

    // Enabled, but too early for the next try: the published secret works again, the failure stands.
    await setAccountEnabled(stack, clientId, true);
    const early = await stack.up();
    assert.equal(early.exitCode, 1);
    assert.doesNotMatch(early.stdout, /could not be verified/);
    assert.equal((await stack.credentials()).mailman?.failure?.attempts, 1);
    await timeline.advance(2 * HOUR_MS);
    await stack.mustUp();
    assert.equal((await stack.credentials()).mailman?.current?.generation, 2);
  });
});
