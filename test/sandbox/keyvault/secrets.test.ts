import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { KeyVaultError } from "../../../sandbox/keyvault/errors.ts";
import {
  getSecret,
  listSecrets,
  listSecretVersions,
  secretVersion,
  setSecret,
  updateSecret,
} from "../../../sandbox/keyvault/secrets.ts";
import { DAY_MS, NOW_MS, vaultFixture } from "./vault-fixture.ts";

const NAME = { vaultName: "sell-vault", secretName: "mailman-office365" };
const NOW = NOW_MS / 1000;

function refusal(status: number, code: string, text: RegExp, innerCode: string | null = null) {
  return (error: unknown) => {
    assert.ok(error instanceof KeyVaultError, String(error));
    assert.deepEqual([error.status, error.code, error.innerCode], [status, code, innerCode]);
    assert.match(error.message, text);
    return true;
  };
}

describe("setSecret", () => {
  it("adds a version each time, also with the value of the one before", () => {
    const vault = vaultFixture();
    const first = vault.change((draft) => setSecret(draft, { ...NAME, value: "s3cret" }, vault.at()));
    const second = vault.change((draft) => setSecret(draft, { ...NAME, value: "s3cret" }, vault.at()));

    assert.match(first.version, /^[0-9a-f]{32}$/);
    assert.notEqual(first.version, second.version);
    assert.equal(secretVersion(vault.state, NAME).version, second.version);
    assert.equal(secretVersion(vault.state, { ...NAME, version: first.version }).version, first.version);
    assert.equal(listSecretVersions(vault.state, NAME).length, 2);
  });

  it("stores every attribute, and its own defaults for the others", () => {
    const vault = vaultFixture();
    vault.change((draft) => setSecret(draft, { ...NAME, value: "a" }, vault.at()));
    assert.deepEqual(
      { ...secretVersion(vault.state, NAME), version: "" },
      {
        version: "",
        value: "a",
        contentType: null,
        enabled: true,
        created: NOW,
        updated: NOW,
        notBefore: null,
        expires: null,
        tags: {},
      },
    );
    vault.change((draft) =>
      setSecret(
        draft,
        {
          ...NAME,
          value: "b",
          contentType: "text/plain",
          enabled: false,
          notBefore: NOW,
          expires: NOW + 60,
          tags: { slot: "a" },
        },
        vault.at(NOW_MS + DAY_MS),
      ),
    );
    const { contentType, enabled, created, notBefore, expires, tags } = secretVersion(vault.state, NAME);
    assert.deepEqual(
      { contentType, enabled, created, notBefore, expires, tags },
      {
        contentType: "text/plain",
        enabled: false,
        created: NOW + DAY_MS / 1000,
        notBefore: NOW,
        expires: NOW + 60,
        tags: { slot: "a" },
      },
    );
  });

  it("finds vault and secret whatever the case of their names, and keeps the first spelling", () => {
    const vault = vaultFixture();
    vault.change((draft) => setSecret(draft, { ...NAME, secretName: "Mailman", value: "a" }, vault.at()));
    vault.change((draft) =>
      setSecret(draft, { vaultName: "SELL-VAULT", secretName: "mailman", value: "b" }, vault.at()),
    );
    assert.deepEqual(
      listSecrets(vault.state, "sell-vault").map(({ name, version }) => [name, version.value]),
      [["Mailman", "b"]],
    );
  });

  it("refuses what Key Vault does not store, and changes nothing", () => {
    const vault = vaultFixture();
    const before = vault.state;
    const cases: [string, Parameters<typeof setSecret>[1], RegExp][] = [
      ["a name", { ...NAME, secretName: "mail_man", value: "a" }, /invalid name: mail_man/],
      ["no name", { ...NAME, secretName: "", value: "a" }, /invalid name/],
      ["a long name", { ...NAME, secretName: "a".repeat(128), value: "a" }, /invalid name/],
      ["a long value", { ...NAME, value: "a".repeat(25 * 1024 + 1) }, /at most 25600 bytes/],
      ["times the wrong way round", { ...NAME, value: "a", notBefore: 5, expires: 5 }, /exp must be later/],
      ["a broken second", { ...NAME, value: "a", expires: 1.5 }, /whole number of seconds/],
      [
        "16 tags",
        {
          ...NAME,
          value: "a",
          tags: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`t${i}`, ""])),
        },
        /at most 15 tags/,
      ],
      ["a long tag", { ...NAME, value: "a", tags: { slot: "a".repeat(257) } }, /Tag slot is too long/],
    ];
    for (const [what, args, text] of cases) {
      assert.throws(
        () => vault.change((draft) => setSecret(draft, args, vault.at())),
        refusal(400, "BadParameter", text),
        what,
      );
    }
    assert.throws(
      () =>
        vault.change((draft) => setSecret(draft, { ...NAME, vaultName: "other", value: "a" }, vault.at())),
      refusal(404, "VaultNotFound", /'other'/),
    );
    assert.equal(vault.state, before);
  });

  it("takes values and tags of just the size that fits", () => {
    const vault = vaultFixture();
    const tags = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`t${i}`, "a".repeat(256)]));
    vault.change((draft) =>
      setSecret(
        draft,
        { ...NAME, secretName: "a".repeat(127), value: "a".repeat(25 * 1024), tags },
        vault.at(),
      ),
    );
  });
});

describe("getSecret", () => {
  it("serves an expired version, and one that is not valid yet", () => {
    const vault = vaultFixture();
    vault.change((draft) =>
      setSecret(draft, { ...NAME, value: "old", notBefore: NOW - 60, expires: NOW - 30 }, vault.at()),
    );
    assert.equal(getSecret(vault.state, NAME).value, "old");
    vault.change((draft) => setSecret(draft, { ...NAME, value: "new", notBefore: NOW + 60 }, vault.at()));
    assert.equal(getSecret(vault.state, NAME).value, "new");
  });

  it("refuses a disabled version; its properties are still there", () => {
    const vault = vaultFixture();
    vault.change((draft) => setSecret(draft, { ...NAME, value: "a", enabled: false }, vault.at()));
    assert.throws(
      () => getSecret(vault.state, NAME),
      refusal(403, "Forbidden", /not allowed on a disabled secret/, "SecretDisabled"),
    );
    assert.equal(secretVersion(vault.state, NAME).enabled, false);
  });

  it("says which secret or version there is not", () => {
    const vault = vaultFixture();
    assert.throws(
      () => getSecret(vault.state, NAME),
      refusal(404, "SecretNotFound", /\(name\/id\) mailman-office365 was not found in this key vault/),
    );
    vault.change((draft) => setSecret(draft, { ...NAME, value: "a" }, vault.at()));
    assert.throws(
      () => getSecret(vault.state, { ...NAME, version: "0".repeat(32) }),
      refusal(404, "SecretNotFound", /mailman-office365\/0{32}/),
    );
  });
});

describe("updateSecret", () => {
  it("changes what it is given, on the version it is given, and nothing else", () => {
    const vault = vaultFixture();
    const first = vault.change((draft) =>
      setSecret(draft, { ...NAME, value: "a", contentType: "x", tags: { slot: "a" } }, vault.at()),
    );
    const second = vault.change((draft) => setSecret(draft, { ...NAME, value: "b" }, vault.at()));
    vault.change((draft) =>
      updateSecret(draft, { ...NAME, version: first.version, enabled: false }, NOW_MS + 5000),
    );
    assert.deepEqual(secretVersion(vault.state, { ...NAME, version: first.version }), {
      ...first,
      enabled: false,
      updated: NOW + 5,
    });
    assert.deepEqual(secretVersion(vault.state, NAME), second);

    vault.change((draft) => updateSecret(draft, { ...NAME, expires: NOW + 9, tags: { slot: "b" } }, NOW_MS));
    assert.deepEqual(secretVersion(vault.state, NAME), { ...second, expires: NOW + 9, tags: { slot: "b" } });
    vault.change((draft) => updateSecret(draft, { ...NAME, expires: null, contentType: null }, NOW_MS));
    assert.equal(secretVersion(vault.state, NAME).expires, null);
  });

  it("holds a new time against the one that stays", () => {
    const vault = vaultFixture();
    vault.change((draft) => setSecret(draft, { ...NAME, value: "a", notBefore: NOW }, vault.at()));
    assert.throws(
      () => vault.change((draft) => updateSecret(draft, { ...NAME, expires: NOW - 1 }, NOW_MS)),
      refusal(400, "BadParameter", /exp must be later/),
    );
  });
});

describe("listing", () => {
  it("gives each secret's current version by name, and a secret's versions by id", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "B", "c-1"), fc.string()), { maxLength: 20 }),
        (writes) => {
          const vault = vaultFixture();
          const newest = new Map<string, string>();
          for (const [secretName, value] of writes) {
            vault.change((draft) => setSecret(draft, { ...NAME, secretName, value }, vault.at()));
            newest.set(secretName, value);
          }
          assert.deepEqual(
            listSecrets(vault.state, "sell-vault").map(({ name, version }) => [name, version.value]),
            [...newest].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
          );
          for (const secretName of newest.keys()) {
            const ids = listSecretVersions(vault.state, { ...NAME, secretName }).map(
              (v) => v.version.version,
            );
            assert.deepEqual(ids, [...ids].sort());
            assert.equal(ids.length, writes.filter(([name]) => name === secretName).length);
          }
        },
      ),
    );
  });
});
