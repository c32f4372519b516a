import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  deleteSecret,
  getDeletedSecret,
  listDeletedSecrets,
  purgeDeletedSecret,
  recoverDeletedSecret,
  restoreSecret,
  secretForBackup,
} from "../../../sandbox/keyvault/deleted-secrets.ts";
import { KeyVaultError } from "../../../sandbox/keyvault/errors.ts";
import { getSecret, listSecrets, listSecretVersions, setSecret } from "../../../sandbox/keyvault/secrets.ts";
import { purgeWhatIsDue } from "../../../sandbox/keyvault/vaults.ts";
import { DAY_MS, NOW_MS, vaultFixture } from "./vault-fixture.ts";

const NAME = { vaultName: "Sell-Vault", secretName: "mailman" };

function withSecret(properties: Record<string, unknown> = {}) {
  const vault = vaultFixture(properties);
  for (const value of ["one", "two"]) {
    vault.change((draft) => setSecret(draft, { ...NAME, value }, vault.at()));
  }
  return vault;
}

const refused =
  (code: string, innerCode: string | null = null) =>
  (error: unknown) =>
    error instanceof KeyVaultError && error.code === code && error.innerCode === innerCode;

describe("a soft-deleted secret", () => {
  it("is gone for readers, holds its name, and can be recovered with every version", () => {
    const vault = withSecret();
    const versions = listSecretVersions(vault.state, NAME);
    const deleted = vault.change((draft) => deleteSecret(draft, NAME, NOW_MS));

    assert.equal(deleted.deletedDate, NOW_MS / 1000);
    assert.equal(deleted.scheduledPurgeDate, (NOW_MS + 90 * DAY_MS) / 1000);
    assert.throws(() => getSecret(vault.state, NAME), refused("SecretNotFound"));
    assert.deepEqual(listSecrets(vault.state, NAME.vaultName), []);
    assert.deepEqual(
      listDeletedSecrets(vault.state, NAME.vaultName, NOW_MS).map(({ name }) => name),
      ["mailman"],
    );
    assert.throws(
      () => vault.change((draft) => setSecret(draft, { ...NAME, value: "three" }, vault.at())),
      refused("Conflict", "ObjectIsDeletedButRecoverable"),
    );

    vault.change((draft) => recoverDeletedSecret(draft, NAME, NOW_MS));
    assert.deepEqual(listSecretVersions(vault.state, NAME), versions);
    assert.equal(getSecret(vault.state, NAME).value, "two");
    assert.throws(() => getDeletedSecret(vault.state, NAME, NOW_MS), refused("SecretNotFound"));
  });

  it("frees its name at the second its retention ends, and not before", () => {
    const vault = withSecret({ softDeleteRetentionInDays: 7 });
    vault.change((draft) => deleteSecret(draft, NAME, NOW_MS));
    const dueMs = NOW_MS + 7 * DAY_MS;
    const before = vault.at(dueMs - 1000);
    assert.equal(getDeletedSecret(vault.state, NAME, before.nowMs).name, "mailman");
    assert.throws(
      () => vault.change((draft) => setSecret(draft, { ...NAME, value: "x" }, before)),
      refused("Conflict", "ObjectIsDeletedButRecoverable"),
    );
    assert.throws(() => getDeletedSecret(vault.state, NAME, dueMs), refused("SecretNotFound"));
    assert.deepEqual(listDeletedSecrets(vault.state, NAME.vaultName, dueMs), []);
    assert.throws(
      () => vault.change((draft) => recoverDeletedSecret(draft, NAME, dueMs)),
      refused("SecretNotFound"),
    );
    vault.change((draft) => setSecret(draft, { ...NAME, value: "x" }, vault.at(dueMs)));
    assert.equal(listSecretVersions(vault.state, NAME).length, 1, "a new secret, without the old versions");
  });

  it("is forgotten when what is due is purged", () => {
    const vault = withSecret();
    vault.change((draft) => deleteSecret(draft, NAME, NOW_MS));
    vault.change((draft) => purgeWhatIsDue(draft, NOW_MS + 90 * DAY_MS - 1000));
    assert.equal(Object.keys(vault.state.keyVault.vaults["sell-vault"]?.deletedSecrets ?? {}).length, 1);
    vault.change((draft) => purgeWhatIsDue(draft, NOW_MS + 90 * DAY_MS));
    assert.equal(Object.keys(vault.state.keyVault.vaults["sell-vault"]?.deletedSecrets ?? {}).length, 0);
  });

  it("can be purged at once, unless the vault is protected from that", () => {
    const open = withSecret();
    open.change((draft) => deleteSecret(draft, NAME, NOW_MS));
    open.change((draft) => purgeDeletedSecret(draft, NAME, NOW_MS));
    open.change((draft) => setSecret(draft, { ...NAME, value: "x" }, open.at()));

    const guarded = withSecret({ enablePurgeProtection: true });
    guarded.change((draft) => deleteSecret(draft, NAME, NOW_MS));
    assert.throws(
      () => guarded.change((draft) => purgeDeletedSecret(draft, NAME, NOW_MS)),
      refused("Forbidden", "ForbiddenByPolicy"),
    );
    assert.equal(getDeletedSecret(guarded.state, NAME, NOW_MS).name, "mailman");
  });

  it("cannot be deleted, purged or recovered where there is none", () => {
    const vault = vaultFixture();
    for (const operation of [deleteSecret, purgeDeletedSecret, recoverDeletedSecret]) {
      assert.throws(
        () => vault.change((draft) => void operation(draft, NAME, NOW_MS)),
        refused("SecretNotFound"),
        operation.name,
      );
    }
  });
});

describe("a backup", () => {
  it("holds 500 versions, and fails past that", () => {
    const vault = vaultFixture();
    const write = () => vault.change((draft) => setSecret(draft, { ...NAME, value: "x" }, vault.at()));
    for (let version = 0; version < 500; version++) write();
    assert.equal(secretForBackup(vault.state, NAME).versions.length, 500);
    write();
    assert.throws(() => secretForBackup(vault.state, NAME), refused("Forbidden", "BackupTooManyVersions"));
  });

  it("can be restored where the name is free", () => {
    const vault = withSecret();
    const backup = secretForBackup(vault.state, NAME);
    assert.throws(
      () => vault.change((draft) => restoreSecret(draft, NAME.vaultName, backup, NOW_MS)),
      refused("Conflict"),
    );
    vault.change((draft) => deleteSecret(draft, NAME, NOW_MS));
    vault.change((draft) => purgeDeletedSecret(draft, NAME, NOW_MS));
    vault.change((draft) => restoreSecret(draft, NAME.vaultName, backup, NOW_MS));
    assert.equal(getSecret(vault.state, NAME).value, "two");
  });
});
