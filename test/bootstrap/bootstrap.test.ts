import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BootstrapDocument } from "../../cli/bootstrap/document.ts";
import { createSandbox } from "../../sandbox/host/create-sandbox.ts";
import type { Sandbox } from "../../sandbox/host/sandbox.ts";
import { bootstrap, mustBootstrap } from "../support/bootstrap-command.ts";

const ASSIGNMENT = "Microsoft.Authorization/roleAssignments";
const BLOB_DATA_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
const FEDERATION = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";

/** All that is in Azure and the directory, as text. */
function everything({ store: { state } }: Sandbox): string {
  return JSON.stringify([state.arm.resources, state.entra.servicePrincipals, state.entra.appRoleAssignments]);
}

function resourceOf({ store: { state } }: Sandbox, type: string, name: string) {
  const found = Object.values(state.arm.resources).find((each) => each.type === type && each.name === name);
  assert.ok(found, `${type} ${name}`);
  return found;
}

const told = ({ changes }: BootstrapDocument) =>
  changes.map(({ operation, type, name, paths }) => [operation, type.split(":").at(-1), name, ...paths]);

describe("keyturn bootstrap", () => {
  it("says who is not signed in, and what cannot be seen, and changes nothing", async (t) => {
    const sandbox = await createSandbox({ seed: "bootstrap" });
    t.after(() => sandbox.close());
    const before = everything(sandbox);
    const nobody = await bootstrap(sandbox, ["--yes"], { env: { AZURE_CLIENT_SECRET: "wrong" } });
    assert.equal(nobody.exitCode, 3, nobody.stderr);
    assert.match(nobody.stderr, /^keyturn: nobody is signed in to Azure: run "az login"/m);
    const other = await bootstrap(sandbox, [
      "--yes",
      "--subscription",
      "99999999-8888-4777-8666-555555555555",
    ]);
    assert.equal(other.exitCode, 3, other.stderr);
    assert.match(
      other.stderr,
      /subscription 99999999-.* does not exist, or whoever is signed in may not see it/,
    );
    const elsewhere = await bootstrap(sandbox, ["--yes", "--tenant", "99999999-8888-4777-8666-555555555555"]);
    assert.equal(elsewhere.exitCode, 2, elsewhere.stderr);
    assert.match(elsewhere.stderr, /^keyturn: --tenant: subscription .* belongs to tenant/m);
    assert.equal(everything(sandbox), before);
  });

  it("makes everything once, puts right what differs, and goes on where another run died", async (t) => {
    const sandbox = await createSandbox({ seed: "bootstrap" });
    t.after(() => sandbox.close());

    // Nobody has agreed yet: nothing is made.
    const unasked = await bootstrap(sandbox, ["--stack", "dev"]);
    assert.equal(unasked.exitCode, 2, unasked.stderr);
    assert.match(unasked.stderr, /Storage Blob Data Reader on container state-dev: reads the stack's state/);
    assert.match(unasked.stderr, /To do \(\d+\):\n {2}create {2}ResourceGroup pipelines\n/);
    assert.match(unasked.stderr, /there is nobody to ask: give --yes/);
    assert.ok(!everything(sandbox).includes("rg-keyturn-pipelines"));

    // Killed in the middle of it.
    const killed = new AbortController();
    const fault = await sandbox.faults.add({
      match: { face: "provider", operation: "azure-native.create" },
      when: { kind: "nth", n: 14 },
      effect: { kind: "hang", after: true },
    });
    sandbox.store.onChange(({ faults }) => {
      if (faults.fired.length > 0) killed.abort();
    });
    const dead = await bootstrap(sandbox, ["--stack", "dev", "--yes"], { signal: killed.signal });
    assert.notEqual(dead.exitCode, 0);
    await sandbox.faults.clear(fault.id);
    const halfMade = everything(sandbox);
    assert.ok(halfMade.includes("rg-keyturn-pipelines"));

    // From another machine, where nothing is left of the first run but what it made in Azure; by somebody who may not
    // give permissions of Microsoft Graph. All else is made.
    const withoutRight = await sandbox.faults.add({
      match: { face: "provider", operation: "azuread.create" },
      effect: { kind: "status", status: 403 },
    });
    const incomplete = await bootstrap(sandbox, ["--stack", "dev", "--yes"]);
    assert.equal(incomplete.exitCode, 1, incomplete.stderr);
    assert.doesNotMatch(incomplete.stderr, /create {2}ResourceGroup pipelines/, "that was made already");
    assert.match(incomplete.stderr, /What was made stays: run the same command again/);
    await sandbox.faults.clear(withoutRight.id);
    const made = await mustBootstrap(sandbox, ["--stack", "dev"]);
    assert.equal(made.changed, true);
    assert.ok(made.changes.length > 0);
    assert.ok(
      told(made).every(([operation, type]) => operation === "create" && type === "AppRoleAssignment"),
      String(told(made)),
    );
    assert.deepEqual(Object.keys(made.variables.environments), [
      "preview-dev",
      "audit-dev",
      "dev",
      "rotate-dev",
    ]);

    const state = everything(sandbox);
    const again = await mustBootstrap(sandbox, ["--stack", "dev"]);
    assert.deepEqual({ ...again, changed: true, changes: [] }, { ...made, changes: [] });
    assert.equal(again.changed, false);
    assert.equal(everything(sandbox), state, "not a byte is written");

    // People have been at it: a right is gone, a subject is another, a tag has come, somebody has a key to the storage.
    await sandbox.store.update(({ arm }) => {
      const [lost] = Object.entries(arm.resources).filter(
        ([, { type, properties }]) =>
          type === ASSIGNMENT && String(properties.roleDefinitionId).endsWith(BLOB_DATA_CONTRIBUTOR),
      );
      if (lost !== undefined) delete arm.resources[lost[0]];
      for (const resource of Object.values(arm.resources)) {
        if (resource.name === "pipeline-preview-dev")
          resource.properties.subject = "repo:mallory/keyturn:ref";
        if (resource.name === "rg-keyturn-pipelines") resource.tags.costCentre = "4711";
        if (resource.name.startsWith("stkeyturn")) resource.properties.allowSharedKeyAccess = true;
      }
    });
    // And a stack has come.
    const { exitCode, stdout, stderr } = await bootstrap(sandbox, [
      ...["--stack", "dev", "--stack", "prod"],
      ...["--yes", "--json"],
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.match(
      stderr,
      /ATTENTION: takes tokens of .*, and no longer those of .* repo:mallory\/keyturn:ref\n/,
    );
    const mended = JSON.parse(stdout) as BootstrapDocument;
    const changed = told(mended).filter(
      ([operation, , name]) => operation !== "create" || name === "dev-state",
    );
    assert.deepEqual(changed, [
      ["update", "StorageAccount", "state", "allowSharedKeyAccess"],
      ["update", "FederatedIdentityCredential", "preview-dev", "subject"],
      ["create", "RoleAssignment", "dev-state"],
    ]);
    const { subject } = resourceOf(sandbox, FEDERATION, "pipeline-preview-dev").properties;
    assert.equal(subject, "repo:sell/keyturn:environment:preview-dev");
    const group = resourceOf(sandbox, "Microsoft.Resources/resourceGroups", "rg-keyturn-pipelines");
    assert.equal(group.tags.costCentre, "4711", "what people have added stays");
    const { dev, prod } = mended.variables.environments;
    assert.equal(dev?.AZURE_CLIENT_ID, made.variables.environments.dev?.AZURE_CLIENT_ID);
    assert.match(String(prod?.PULUMI_BACKEND_URL), /^azblob:\/\/state-prod\?storage_account=stkeyturn\w{8}$/);
    assert.deepEqual(sandbox.reports, []);
  });
});
