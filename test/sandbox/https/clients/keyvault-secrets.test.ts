import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientSecretCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { createGroup } from "../../../../sandbox/entra/groups.ts";
import { removeGroupMember } from "../../../../sandbox/entra/references.ts";
import { collected } from "../../../support/collected.ts";
import { addApplication, addVault, assignRole, VAULT_ROLES } from "../../../support/directory.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";

/** A client with its own application and a role on `scope`. Challenges are verified, as by default. */
async function clientWith(
  sandbox: TestFace,
  { vault, role, scope }: { vault: string; role?: string; scope?: string },
) {
  const { clientId, secret, principalId } = await addApplication(sandbox);
  if (role !== undefined && scope !== undefined) await assignRole(sandbox, { principalId, role, scope });
  const credential = new ClientSecretCredential(sandbox.tenantId, clientId, secret, {
    authorityHost: sandbox.face.origin,
    disableInstanceDiscovery: true,
  });
  return new SecretClient(sandbox.face.vaultUri(vault), credential, { retryOptions: { maxRetries: 0 } });
}

async function officerOf(sandbox: TestFace, vault = "sell-kv") {
  const scope = await addVault(sandbox, vault);
  return clientWith(sandbox, { vault, role: VAULT_ROLES.secretsOfficer, scope });
}

test("SecretClient sets, reads, lists and updates secrets and their versions", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);

  const first = await client.setSecret("mailman-office365", "one", {
    contentType: "text/plain",
    expiresOn: new Date("2026-02-14T11:30:00Z"),
    notBefore: new Date("2025-02-14T11:30:00Z"),
    tags: { generation: "1" },
  });
  assert.equal(first.properties.vaultUrl, sandbox.face.vaultUri("sell-kv").replace(/\/$/, ""));
  await sandbox.advance(1000);
  const second = await client.setSecret("mailman-office365", "two");
  await client.setSecret("another", "x");

  assert.equal((await client.getSecret("mailman-office365")).value, "two");
  const old = await client.getSecret("mailman-office365", { version: first.properties.version ?? "" });
  assert.equal(old.value, "one");
  assert.equal(old.properties.contentType, "text/plain");
  assert.deepEqual(old.properties.tags, { generation: "1" });
  assert.equal(old.properties.expiresOn?.toISOString(), "2026-02-14T11:30:00.000Z");
  assert.equal(old.properties.notBefore?.toISOString(), "2025-02-14T11:30:00.000Z");
  assert.equal(old.properties.createdOn?.toISOString(), "2025-02-14T11:30:00.000Z");
  assert.equal(old.properties.recoveryLevel, "Recoverable+Purgeable");

  const names = await collected(client.listPropertiesOfSecrets(), ({ name }) => name);
  assert.deepEqual(names, ["another", "mailman-office365"]);
  const versions = await collected(
    client.listPropertiesOfSecretVersions("mailman-office365"),
    ({ version }) => version,
  );
  assert.deepEqual(versions, [first.properties.version, second.properties.version].toSorted());

  await client.updateSecretProperties("mailman-office365", first.properties.version ?? "", {
    enabled: false,
    tags: { generation: "1", state: "retired" },
  });
  await assert.rejects(client.getSecret("mailman-office365", { version: first.properties.version ?? "" }), {
    statusCode: 403,
    code: "Forbidden",
  });
  assert.equal((await client.getSecret("mailman-office365")).value, "two");
});

test("SecretClient pages through more versions than fit on a page", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  for (let i = 0; i < 60; i++) await client.setSecret("s", String(i));
  const pages = await collected(client.listPropertiesOfSecretVersions("s").byPage(), (page) => page.length);
  assert.deepEqual(pages, [25, 25, 10]);
  const small = await collected(
    client.listPropertiesOfSecretVersions("s").byPage({ maxPageSize: 20 }),
    (page) => page.length,
  );
  assert.deepEqual(small, [20, 20, 20]);
});

test("SecretClient deletes, recovers and purges", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  const { properties } = await client.setSecret("s", "one");

  const deleted = await (await client.beginDeleteSecret("s")).pollUntilDone();
  assert.equal(deleted.name, "s");
  assert.equal(deleted.properties.scheduledPurgeDate?.toISOString(), "2025-05-15T11:30:00.000Z");
  await assert.rejects(client.getSecret("s"), { statusCode: 404, code: "SecretNotFound" });
  await assert.rejects(client.setSecret("s", "two"), { statusCode: 409, code: "Conflict" });
  assert.deepEqual(await collected(client.listDeletedSecrets(), ({ name }) => name), ["s"]);

  const recovered = await (await client.beginRecoverDeletedSecret("s")).pollUntilDone();
  assert.equal(recovered.version, properties.version);
  assert.equal((await client.getSecret("s")).value, "one");

  await (await client.beginDeleteSecret("s")).pollUntilDone();
  await client.purgeDeletedSecret("s");
  await assert.rejects(client.getDeletedSecret("s"), { statusCode: 404 });
  await client.setSecret("s", "new");
});

test("SecretClient backs a secret up and restores it, up to 500 versions", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  await client.setSecret("s", "one");
  await client.setSecret("s", "the second value");
  const backup = await client.backupSecret("s");
  assert.ok(backup);
  assert.ok(!Buffer.from(backup).toString("latin1").includes("the second value"), "a backup can be read");
  await assert.rejects(client.restoreSecretBackup(backup), { statusCode: 409 });
  await (await client.beginDeleteSecret("s")).pollUntilDone();
  await client.purgeDeletedSecret("s");
  await client.restoreSecretBackup(backup);
  assert.equal((await client.getSecret("s")).value, "the second value");
  await assert.rejects(client.restoreSecretBackup(Buffer.from("not a backup")), { statusCode: 400 });

  await sandbox.store.update(({ keyVault }) => {
    const versions = keyVault.vaults["sell-kv"]?.secrets.s?.versions;
    const newest = versions?.at(-1);
    assert.ok(versions && newest);
    while (versions.length < 501) {
      versions.push({ ...newest, version: versions.length.toString(16).padStart(32, "0") });
    }
  });
  await assert.rejects(client.backupSecret("s"), { statusCode: 403 });
});

test("roles decide, by principal and scope down to one secret", async () => {
  await using sandbox = await startFace();
  const scope = await addVault(sandbox, "sell-kv");
  const officer = await clientWith(sandbox, { vault: "sell-kv", role: VAULT_ROLES.secretsOfficer, scope });
  await officer.setSecret("mine", "1");
  await officer.setSecret("theirs", "2");

  const nobody = await clientWith(sandbox, { vault: "sell-kv" });
  await assert.rejects(nobody.getSecret("mine"), (error: Error) => {
    assert.match(error.message, /^Caller is not authorized to perform action on resource\./);
    assert.match(error.message, /Action: 'Microsoft.KeyVault\/vaults\/secrets\/getSecret\/action'/);
    return "statusCode" in error && error.statusCode === 403;
  });

  const user = await clientWith(sandbox, {
    vault: "sell-kv",
    role: VAULT_ROLES.secretsUser,
    scope: `${scope}/secrets/mine`,
  });
  assert.equal((await user.getSecret("mine")).value, "1");
  await assert.rejects(user.getSecret("theirs"), { statusCode: 403 });
  await assert.rejects(user.setSecret("mine", "3"), { statusCode: 403 });
  await assert.rejects(
    collected(user.listPropertiesOfSecrets(), (secret) => secret),
    { statusCode: 403 },
  );

  const reader = await clientWith(sandbox, { vault: "sell-kv", role: VAULT_ROLES.reader, scope });
  assert.equal((await collected(reader.listPropertiesOfSecrets(), (secret) => secret)).length, 2);
  await assert.rejects(reader.getSecret("mine"), { statusCode: 403 });
});

test("a right comes with membership of a group, and goes with it; it may take a while to count", async () => {
  await using sandbox = await startFace();
  const scope = await addVault(sandbox, "sell-kv");
  const { clientId, secret, principalId } = await addApplication(sandbox);
  const credential = new ClientSecretCredential(sandbox.tenantId, clientId, secret, {
    authorityHost: sandbox.face.origin,
    disableInstanceDiscovery: true,
  });
  const client = new SecretClient(sandbox.face.vaultUri("sell-kv"), credential, {
    retryOptions: { maxRetries: 0 },
  });
  const groupId = await sandbox.store.update(({ entra, arm }) => {
    arm.settings.roleAssignmentPropagationMs = 300_000;
    const fixed = { mailEnabled: false, mailNickname: "team", securityEnabled: true };
    return createGroup(entra, { displayName: "team", ...fixed, members: [principalId] }, sandbox.context())
      .id;
  });
  await assignRole(sandbox, { principalId: groupId, role: VAULT_ROLES.secretsOfficer, scope });
  await assert.rejects(client.setSecret("s", "one"), { statusCode: 403 });
  await sandbox.advance(300_000);
  await client.setSecret("s", "one");
  await sandbox.store.update(({ entra }) => removeGroupMember(entra, groupId, principalId));
  await assert.rejects(client.getSecret("s"), { statusCode: 403 });
});

test("an expired secret is still served, with its date", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  await client.setSecret("s", "one", { expiresOn: new Date("2025-02-15T00:00:00Z") });
  await sandbox.advance(10 * 86_400_000);
  const { value, properties } = await client.getSecret("s");
  assert.equal(value, "one");
  assert.equal(properties.expiresOn?.toISOString(), "2025-02-15T00:00:00.000Z");
});

test("a client whose token has expired by the sandbox clock gets another one by itself", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  await client.setSecret("s", "one");
  await sandbox.advance(200 * 86_400_000);
  assert.equal((await client.getSecret("s")).value, "one");
  await sandbox.advance(200 * 86_400_000);
  assert.equal((await client.getSecret("s")).value, "one");
});

test("past its limit a vault answers 429, and says for how long", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  for (let i = 0; i < 300; i++) await client.setSecret("s", String(i));
  await assert.rejects(client.setSecret("s", "one too many"), (error: Error) => {
    assert.match(error.message, /Reason: VaultRequestTypeLimitReached/);
    assert.ok("statusCode" in error && error.statusCode === 429);
    assert.ok("response" in error);
    const { headers } = error.response as { headers: Map<string, string> };
    return headers.get("retry-after") === "10";
  });
  assert.equal((await client.getSecret("s")).value, "299");
  await sandbox.advance(10_000);
  await client.setSecret("s", "taken");
});

test("a vault that does not exist, and a secret that does not, are told apart from refusals", async () => {
  await using sandbox = await startFace();
  const client = await officerOf(sandbox);
  await assert.rejects(client.getSecret("nothing"), { statusCode: 404, code: "SecretNotFound" });
  const lost = await clientWith(sandbox, { vault: "no-such-vault" });
  await assert.rejects(lost.getSecret("s"), { statusCode: 404, code: "VaultNotFound" });
});
