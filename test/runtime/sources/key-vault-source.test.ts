import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import type { TokenCredential } from "@azure/core-auth";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { ClientSecretCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { SecretReadError } from "../../../runtime/src/errors.ts";
import { keyVaultSource } from "../../../runtime/src/sources/key-vault-source.ts";
import type { SecretSource } from "../../../runtime/src/sources/secret-source.ts";
import { addApplication, addVault, assignRole, VAULT_ROLES } from "../../support/directory.ts";
import { startFace, type TestFace } from "../../support/https-face.ts";

const name = "mailman-office365";
const { signal } = new AbortController();

async function identity(sandbox: TestFace, role: string | undefined, scope: string) {
  const { clientId, secret, principalId } = await addApplication(sandbox);
  if (role !== undefined) await assignRole(sandbox, { principalId, role, scope });
  return new ClientSecretCredential(sandbox.tenantId, clientId, secret, {
    authorityHost: sandbox.face.origin,
    disableInstanceDiscovery: true,
  });
}

/** An officer who publishes, and a source that may only read this one secret. */
async function world(
  sandbox: TestFace,
): Promise<{ officer: SecretClient; source: SecretSource; secretId: string }> {
  const vault = await addVault(sandbox, "sell-kv");
  const vaultUrl = sandbox.face.vaultUri("sell-kv");
  const officer = new SecretClient(vaultUrl, await identity(sandbox, VAULT_ROLES.secretsOfficer, vault));
  const secretId = `${vault}/secrets/${name}`;
  const credential = await identity(sandbox, VAULT_ROLES.secretsUser, secretId);
  return { officer, source: keyVaultSource({ vaultUrl, secretName: name, credential }), secretId };
}

function tags(generation: number, previous?: number): Record<string, string> {
  return {
    generation: String(generation),
    slot: generation % 2 === 1 ? "a" : "b",
    keyId: `key-${generation}`,
    createdAt: "2025-02-14T11:30:00Z",
    ...(previous === undefined ? {} : { previousKeyId: `key-${previous}` }),
  };
}

const failsFor = (reason: string) => (error: unknown) =>
  error instanceof SecretReadError && error.reason === reason;

test("reads the published version and what its tags say", async () => {
  await using sandbox = await startFace();
  const { officer, source } = await world(sandbox);
  const expiresOn = new Date("2025-08-13T11:30:00Z");
  await sandbox.advance(60_000);
  const { properties } = await officer.setSecret(name, "value-3", { expiresOn, tags: tags(3, 2) });
  const secret = await source.readCurrent({ signal });
  assert.equal(secret.reveal(), "value-3");
  assert.deepEqual(secret.info, {
    version: properties.version,
    generation: 3,
    slot: "a",
    keyId: "key-3",
    previousKeyId: "key-2",
    createdAtMs: Date.parse("2025-02-14T11:30:00Z"),
    publishedAtMs: Date.parse("2025-02-14T11:31:00Z"),
    expiresAtMs: expiresOn.getTime(),
  });
  assert.ok(
    !/value-/.test(
      `${inspect(secret, { depth: 9, showHidden: true }) + JSON.stringify({ secret })}${secret}`,
    ),
  );
});

test("finds the previous secret by its key id, also after a rollback", async () => {
  await using sandbox = await startFace();
  const { officer, source } = await world(sandbox);
  for (const [value, generation, previous] of [
    ["value-1", 1, undefined],
    ["value-2", 2, 1],
    ["value-3", 3, 2],
    ["value-2", 2, 3],
  ] as const) {
    await officer.setSecret(name, value, { tags: tags(generation, previous) });
    await sandbox.advance(1_000);
  }
  const current = await source.readCurrent({ signal });
  assert.equal(current.reveal(), "value-2");
  assert.equal((await source.readPrevious?.(current, { signal }))?.reveal(), "value-3");
});

test("takes the newest enabled older version for the previous one where tags say nothing", async () => {
  await using sandbox = await startFace();
  const { officer, source } = await world(sandbox);
  let disabled = "";
  for (const value of ["value-1", "value-2", "value-3", "value-4"]) {
    const { properties } = await officer.setSecret(name, value);
    disabled = value === "value-3" ? (properties.version ?? "") : disabled;
    await sandbox.advance(1_000);
  }
  await officer.updateSecretProperties(name, disabled, { enabled: false });
  const current = await source.readCurrent({ signal });
  assert.equal((await source.readPrevious?.(current, { signal }))?.reveal(), "value-2");
});

test("has no previous secret where there is none", async () => {
  await using sandbox = await startFace();
  const { officer, source } = await world(sandbox);
  await officer.setSecret(name, "value-1", { tags: tags(1) });
  const current = await source.readCurrent({ signal });
  assert.equal(await source.readPrevious?.(current, { signal }), undefined);
});

test("tells a missing secret from a disabled and a forbidden one", async () => {
  await using sandbox = await startFace();
  const { officer, source } = await world(sandbox);
  await assert.rejects(source.readCurrent({ signal }), failsFor("missing"));
  const { properties } = await officer.setSecret(name, "value-1");
  await officer.updateSecretProperties(name, properties.version ?? "", { enabled: false });
  await assert.rejects(source.readCurrent({ signal }), failsFor("disabled"));
  const stranger = keyVaultSource({
    vaultUrl: sandbox.face.vaultUri("sell-kv"),
    secretName: name,
    credential: await identity(sandbox, undefined, ""),
  });
  await assert.rejects(stranger.readCurrent({ signal }), failsFor("forbidden"));
  const expelled = keyVaultSource({
    vaultUrl: sandbox.face.vaultUri("sell-kv"),
    secretName: name,
    credential: new ClientSecretCredential(sandbox.tenantId, crypto.randomUUID(), "no", {
      authorityHost: sandbox.face.origin,
      disableInstanceDiscovery: true,
    }),
  });
  await assert.rejects(expelled.readCurrent({ signal }), failsFor("unauthorized"));
});

/** A source whose vault answers as given; the credential needs no directory. */
function answering(httpClient: HttpClient): SecretSource {
  return keyVaultSource({
    vaultUrl: "https://sell-kv.vault.azure.net",
    secretName: name,
    credential: { getToken: async () => ({ token: "t", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
    clientOptions: { httpClient },
  });
}

test("asks once, and passes on how long to wait", async () => {
  for (const [status, headers, reason, retryAfterMs] of [
    [429, { "retry-after": "16" }, "throttled", 16_000],
    [503, {}, "unavailable", undefined],
    [500, {}, "unavailable", undefined],
  ] as const) {
    let requests = 0;
    const source = answering({
      sendRequest: async (request) => {
        requests++;
        return { request, status, headers: createHttpHeaders(headers), bodyAsText: "{}" };
      },
    });
    await assert.rejects(
      source.readCurrent({ signal }),
      (error: unknown) =>
        error instanceof SecretReadError && error.reason === reason && error.retryAfterMs === retryAfterMs,
    );
    assert.equal(requests, 1);
  }
});

test("stops when told to, and takes a broken connection for an unavailable vault", async () => {
  const abort = new AbortController();
  const hanging = answering({
    sendRequest: ({ abortSignal }) =>
      new Promise((_, reject) => {
        const stop = () => reject(new DOMException("no", "AbortError"));
        abortSignal?.addEventListener("abort", stop);
        if (abortSignal?.aborted) stop();
      }),
  });
  const answer = hanging.readCurrent({ signal: abort.signal });
  abort.abort();
  await assert.rejects(answer, SecretReadError);
  const broken = answering({
    sendRequest: async () => {
      throw Object.assign(new Error("value-1"), { code: "ECONNRESET" });
    },
  });
  await assert.rejects(
    broken.readCurrent({ signal }),
    (error: unknown) =>
      error instanceof SecretReadError &&
      /unavailable, ECONNRESET/.test(error.message) &&
      !/value-1/.test(inspect(error)),
  );
});

test("names everything that is wrong with its options", () => {
  assert.throws(
    () =>
      keyVaultSource({
        vaultUrl: "http://sell-kv.vault.azure.net",
        secretName: "mail_man",
        credential: { getToken: undefined } as unknown as ClientSecretCredential,
      }),
    /vaultUrl is "http:.*secretName is "mail_man".*credential is of type object/s,
  );
});

test("is not held up by a sign-in that is never answered", { timeout: 30_000 }, async () => {
  await using sandbox = await startFace();
  const { officer, secretId } = await world(sandbox);
  await officer.setSecret(name, "value-1", { tags: tags(1) });
  const own = await identity(sandbox, VAULT_ROLES.secretsUser, secretId);
  const asked = Promise.withResolvers<void>();
  let signIns = 0;
  // As `@azure/identity`, which hands nobody's signal on to who asks Entra.
  const credential: TokenCredential = {
    getToken: (scopes, options) => {
      asked.resolve();
      return signIns++ === 0 ? new Promise(() => {}) : own.getToken(scopes, options);
    },
  };
  const source = keyVaultSource({
    vaultUrl: sandbox.face.vaultUri("sell-kv"),
    secretName: name,
    credential,
  });
  const gaveUp = new AbortController();
  const held = source.readCurrent({ signal: gaveUp.signal });
  await asked.promise;
  gaveUp.abort();
  await assert.rejects(held);
  assert.equal((await source.readCurrent({ signal })).reveal(), "value-1");
});
