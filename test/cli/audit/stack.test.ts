import assert from "node:assert/strict";
import { test } from "node:test";
import { ManagedCredentialsError, managedCredentials } from "../../../cli/audit/stack/managed-credentials.ts";
import { managedName } from "../../../cli/audit/stack/managed-names.ts";
import { secretDisplayName } from "../../../infra/credential/secret-name.ts";

const output = {
  clientId: "client",
  applicationObjectId: "object",
  vaultUri: "https://kv.vault.azure.net/",
  secretName: "mailman",
  version: "v",
  current: {
    slot: "a",
    generation: 3,
    keyId: "key-3",
    createdAt: "2027-01-01T00:00:00Z",
    expiresAt: "2027-06-30T00:00:00Z",
  },
  previous: {
    slot: "b",
    generation: 2,
    keyId: "key-2",
    createdAt: "2026-10-01T00:00:00Z",
    expiresAt: "2027-03-30T00:00:00Z",
    retireAfter: "2027-02-01T00:00:00Z",
  },
  nextRotationAt: "2027-04-01T00:00:00Z",
  readers: [],
  failure: {
    generation: 4,
    kind: "rejected",
    reason: "x",
    attempts: 1,
    lastAttemptAt: "2027-01-02T00:00:00Z",
    settings: "s",
  },
};

test("the stack's outputs tell which keys, where they are published, and when the next rotation is", () => {
  const [managed, ...rest] = managedCredentials({ credentials: { mailman: output }, other: 1 }, "prod");
  assert.deepEqual(rest, []);
  assert.deepEqual(managed, {
    name: "mailman",
    stack: "prod",
    clientId: "client",
    applicationObjectId: "object",
    keys: [
      { keyId: "key-3", role: "current", endMs: Date.parse("2027-06-30T00:00:00Z") },
      { keyId: "key-2", role: "previous", endMs: Date.parse("2027-03-30T00:00:00Z") },
    ],
    vaultUri: "https://kv.vault.azure.net",
    secretName: "mailman",
    lifetimeMs: 180 * 86_400_000,
    rotationMs: Date.parse("2027-04-01T00:00:00Z"),
    pendingGeneration: 4,
  });
});

test("before the first publication there are no keys", () => {
  const { current: _, previous: __, nextRotationAt: ___, ...rest } = output;
  const [managed] = managedCredentials({ credentials: { mailman: rest } }, "prod");
  assert.deepEqual(managed?.keys, []);
  assert.equal(managed?.rotationMs, null);
});

test("outputs that are not Keyturn's are an error that names them", () => {
  assert.throws(() => managedCredentials({}, "prod"), ManagedCredentialsError);
  assert.throws(
    () =>
      managedCredentials(
        { credentials: { mailman: { ...output, clientId: 1, vaultUri: undefined } } },
        "prod",
      ),
    (error: unknown) =>
      error instanceof Error && /clientId/.test(error.message) && /vaultUri/.test(error.message),
  );
});

test("a secret's name tells whether the stack made it", () => {
  const [managed] = managedCredentials({ credentials: { mailman: output } }, "prod");
  if (managed === undefined) throw new Error("none");
  const name = (credential: string, generation: number) =>
    managedName(secretDisplayName("prod", credential, { slot: "a", generation }), managed);
  assert.equal(name("mailman", 2), "made");
  assert.equal(name("mailman", 4), "pending");
  assert.equal(name("other", 2), undefined);
  assert.equal(managedName("mailman secret", managed), undefined);
});
