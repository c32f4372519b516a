import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyturnStack, succeeded } from "../../support/keyturn-stack.ts";

describe("the stack of production", () => {
  it("lives longer than dev's, and cannot be destroyed before it is unprotected", async (t) => {
    const stack = await keyturnStack(t, { seed: "protection", stackName: "prod" });
    await stack.mustUp();
    const credential = (await stack.credentials())["mailman-office365"];
    assert.equal(credential?.current?.expiresAt, "2025-06-30T00:00:00Z", "180 days");

    const refused = await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout + refused.stderr, /protect/);
    const { applications } = stack.sandbox.store.state.entra;
    assert.ok(applications[credential.applicationObjectId], "the application is still there");

    const unprotected = await stack.run(["state", "unprotect", "--all", "--yes"]);
    assert.equal(unprotected.exitCode, 0, unprotected.stderr);
    const destroyed = await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroyed.exitCode, 0, destroyed.stdout + destroyed.stderr);
  });

  it("lets go of one credential in order: its readers, its protection, then itself", async (t) => {
    const consumers = [{ name: "crm", principalId: "00000000-0000-0000-0000-000000000000" }];
    const leaving = { name: "leaving", application: { displayName: "Leaving" } };
    const staying = { name: "staying", application: { displayName: "Staying" } };
    const stack = await keyturnStack(t, {
      seed: "protected-removal",
      settings: { protect: true, credentials: [{ ...leaving, consumers }, staying] },
    });
    const setCredentials = (credentials: unknown[]) =>
      stack.stack.setConfig("keyturn:credentials", { value: JSON.stringify(credentials) });
    await stack.mustUp();
    const before = await stack.credentials();

    await setCredentials([staying]);
    const read = await stack.up();
    assert.notEqual(read.exitCode, 0);
    assert.match(read.stdout, /leaving is no longer declared with a secret, but crm may still read it/);

    await setCredentials([leaving, staying]);
    await stack.mustUp();
    await setCredentials([staying]);
    const kept = await stack.up();
    assert.notEqual(kept.exitCode, 0);
    assert.match(kept.stdout + kept.stderr, /protect/);
    const { entra, keyVault } = stack.sandbox.store.state;
    assert.ok(entra.applications[before.leaving?.applicationObjectId ?? ""], "nothing is gone");
    assert.ok(keyVault.vaults["kv-sell-mail-dev"]?.secrets.leaving);

    const { stdout } = succeeded(await stack.run(["stack", "export"]));
    const { resources } = (
      JSON.parse(stdout) as { deployment: { resources: { urn: string; protect?: boolean }[] } }
    ).deployment;
    const urns = resources.filter(({ urn, protect }) => protect && urn.endsWith("::leaving"));
    assert.deepEqual(urns.map(({ urn }) => urn.split("$").at(-1)?.split("::")[0]).toSorted(), [
      "azure-native:keyvault:Secret",
      "azuread:index/application:Application",
      "azuread:index/servicePrincipal:ServicePrincipal",
    ]);
    for (const { urn } of urns) succeeded(await stack.run(["state", "unprotect", urn, "--yes"]));
    await stack.mustUp();
    assert.deepEqual(Object.keys(await stack.credentials()), ["staying"]);
    const after = stack.sandbox.store.state;
    assert.equal(after.entra.applications[before.leaving?.applicationObjectId ?? ""], undefined);
    assert.equal(after.keyVault.vaults["kv-sell-mail-dev"]?.secrets.leaving, undefined);
    assert.ok(after.entra.applications[before.staying?.applicationObjectId ?? ""]);
  });
});
