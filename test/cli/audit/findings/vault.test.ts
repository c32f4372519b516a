import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../../../../cli/audit/findings/catalogue.ts";
import { missingFindings } from "../../../../cli/audit/findings/managed.ts";
import { managedKeys } from "../../../../cli/audit/findings/managed-keys.ts";
import { vaultFindings } from "../../../../cli/audit/findings/vault.ts";
import type { ManagedCredential, VaultSecret } from "../../../../cli/audit/model.ts";
import { auditPolicy } from "../../../../cli/audit/policy.ts";
import { DAY_MS } from "../../../../infra/duration.ts";

const NOW_MS = Date.parse("2027-03-01T12:00:00Z");
const inDays = (days: number) => NOW_MS + days * DAY_MS;

const managed: ManagedCredential = {
  name: "mailman",
  stack: "prod",
  clientId: "client-1",
  applicationObjectId: "APP-1",
  keys: [
    { keyId: "CURRENT", role: "current", endMs: inDays(100) },
    { keyId: "previous", role: "previous", endMs: inDays(10) },
  ],
  vaultUri: "https://kv.vault.azure.net",
  secretName: "mailman",
  lifetimeMs: null,
  rotationMs: null,
  pendingGeneration: null,
};

function secret(rest: Partial<VaultSecret> = {}): VaultSecret {
  return {
    vaultUri: "https://kv.vault.azure.net",
    name: "api-key",
    enabled: true,
    notBeforeMs: null,
    expiresMs: inDays(100),
    ofCertificate: false,
    keyId: null,
    ...rest,
  };
}

function judge(secrets: VaultSecret[], entraEnds: [string, number | null][] = []): string[] {
  return vaultFindings(secrets, {
    policy: auditPolicy(),
    nowMs: NOW_MS,
    managed: managedKeys([managed]),
    entraDates: new Map(entraEnds.map(([key, endMs]) => [key, { startMs: inDays(-80), endMs }])),
  }).map(({ id, severity, tier, managedCredential }) =>
    [severity, id, tier === undefined ? "" : `tier ${tier}`, managedCredential ?? ""].join(" ").trim(),
  );
}

test("a secret in order, a disabled one, and one of a certificate are left in peace", () => {
  assert.deepEqual(judge([secret()]), []);
  assert.deepEqual(judge([secret({ enabled: false, expiresMs: null })]), []);
  assert.deepEqual(judge([secret({ ofCertificate: true, expiresMs: null })]), []);
});

test("dates are compared to the second; a vault that promises more than Entra keeps is worse", () => {
  const copy = secret({ name: "mailman", keyId: "current" });
  const at = (entraMs: number | null) => judge([copy], [["current", entraMs]]);
  assert.deepEqual(at(inDays(100) + 999), []);
  assert.deepEqual(at(inDays(100) + 1000), [
    "medium vault-date-mismatch/kv.vault.azure.net/mailman  mailman",
  ]);
  assert.deepEqual(at(inDays(100) - 1000), ["high vault-date-mismatch/kv.vault.azure.net/mailman  mailman"]);
  assert.deepEqual(at(null), ["medium vault-date-mismatch/kv.vault.azure.net/mailman  mailman"]);
  assert.deepEqual(judge([copy]), [], "nothing is known of a key that was not seen");
});

test("a secret without expiry matters more where the stack publishes", () => {
  assert.deepEqual(judge([secret({ expiresMs: null })]), [
    "low vault-secret-no-expiry/kv.vault.azure.net/api-key",
  ]);
  assert.deepEqual(judge([secret({ expiresMs: null, name: "Mailman" })]), [
    "high vault-secret-no-expiry/kv.vault.azure.net/Mailman  mailman",
  ]);
});

test("other secrets of a vault end, too; those of Entra are left to their keys", () => {
  assert.deepEqual(judge([secret({ expiresMs: inDays(7) })]), [
    "high vault-secret-expiring/kv.vault.azure.net/api-key tier 7",
  ]);
  assert.deepEqual(judge([secret({ expiresMs: NOW_MS })]), [
    "medium vault-secret-expired/kv.vault.azure.net/api-key tier 0",
  ]);
  assert.deepEqual(judge([secret({ expiresMs: inDays(7), keyId: "k" })], [["k", inDays(7)]]), []);
  assert.deepEqual(judge([secret({ expiresMs: inDays(31) })]), []);
});

test("one name in several vaults is one finding, on the copy that the stack publishes", () => {
  const copies = [
    secret({ name: "mailman" }),
    secret({ name: "MAILMAN", vaultUri: "https://a.vault.azure.net" }),
    secret({ name: "mailman", vaultUri: "https://b.vault.azure.net", enabled: false }),
    secret({ name: "other", vaultUri: "https://b.vault.azure.net" }),
    secret({ name: "other", vaultUri: "https://a.vault.azure.net" }),
  ];
  assert.deepEqual(judge(copies), [
    "medium duplicate-vault-secret/kv.vault.azure.net/mailman  mailman",
    "info duplicate-vault-secret/a.vault.azure.net/other",
  ]);
});

test("a managed key or application that is not in the directory is missed", () => {
  const miss = (applications: string[], keyIds: string[]) =>
    missingFindings([managed], { applications: new Set(applications), keyIds: new Set(keyIds) }).map(
      ({ id, severity }) => `${severity} ${id}`,
    );
  assert.deepEqual(miss(["app-1"], ["current", "previous"]), []);
  assert.deepEqual(miss(["app-1"], ["previous"]), ["critical managed-key-missing/prod/mailman/CURRENT"]);
  assert.deepEqual(miss(["app-1"], ["current"]), ["low managed-key-missing/prod/mailman/previous"]);
  assert.deepEqual(miss([], ["current", "previous"]), ["critical managed-key-missing/prod/mailman"]);
});

test("two stacks with a credential of the same name are told apart", () => {
  const other = { ...managed, stack: "dev", applicationObjectId: "app-2", keys: [] };
  const findings = missingFindings([managed, other], { applications: new Set(), keyIds: new Set() });
  assert.deepEqual(
    findings.map(({ id, subject, stack }) => [id, subject.id, stack]),
    [
      ["managed-key-missing/prod/mailman", "prod/mailman", "prod"],
      ["managed-key-missing/dev/mailman", "dev/mailman", "dev"],
    ],
  );
});

test("an id is visible ASCII, whatever stack and credential are called", () => {
  const [finding] = missingFindings([{ ...managed, stack: "my stack", name: "mäilman" }], {
    applications: new Set(),
    keyIds: new Set(),
  });
  assert.equal(finding?.id, "managed-key-missing/my-stack/m-ilman");
});

test("beginnings are compared to the day; a vault that gives out a key before Entra takes it is worse", () => {
  const at = (notBeforeMs: number | null, startMs: number | null) =>
    vaultFindings([secret({ keyId: "k", notBeforeMs })], {
      policy: auditPolicy(),
      nowMs: NOW_MS,
      managed: managedKeys([]),
      entraDates: new Map([["k", { startMs, endMs: inDays(100) }]]),
    }).map((finding) => `${finding.severity} ${describe(finding, NOW_MS)}`);
  assert.deepEqual(at(null, inDays(-5)), []);
  assert.deepEqual(at(inDays(-5), null), []);
  assert.deepEqual(at(inDays(-6), inDays(-5)), []);
  assert.deepEqual(at(inDays(-6) - 1000, inDays(-5)), [
    "low the vault says that it begins on 2027-02-23; Entra says on 2027-02-24",
  ]);
  assert.deepEqual(at(inDays(-1), inDays(3)), [
    "high the vault says that it begins on 2027-02-28; Entra says on 2027-03-04",
  ]);
  assert.deepEqual(at(inDays(9), inDays(3)).length, 1);
});

test("dates that differ at both ends are one finding, as severe as the worse of them", () => {
  const [finding, ...rest] = vaultFindings([secret({ keyId: "k", notBeforeMs: inDays(-9) })], {
    policy: auditPolicy(),
    nowMs: NOW_MS,
    managed: managedKeys([]),
    entraDates: new Map([["k", { startMs: inDays(-5), endMs: inDays(99) }]]),
  });
  assert.deepEqual(rest, []);
  assert.equal(finding?.severity, "high");
  assert.equal(
    finding === undefined ? "" : describe(finding, NOW_MS),
    "the vault says that it expires on 2027-06-09; Entra says on 2027-06-08; the vault says that it begins on 2027-02-20; Entra says on 2027-02-24",
  );
});
