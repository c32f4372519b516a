import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { addPassword, removePassword } from "../../../../sandbox/entra/passwords.ts";
import { addApplication } from "../../../support/directory.ts";
import { startFace } from "../../../support/https-face.ts";
import { appToken, clientCredentialsForm, postToken } from "../../../support/token-endpoint.ts";

test("a new secret is accepted by each replica after that replica's own delay", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  await sandbox.store.update(({ entra }) => {
    entra.settings.secretPropagationMs = [0, 5000, 20_000];
  });
  await sandbox.advance(60_000);
  const secret = await sandbox.store.update(({ entra }) => {
    const stored = entra.applications[application.id];
    assert.ok(stored);
    return addPassword(stored, {}, sandbox.context()).secretText;
  });
  const round = async (tried: string) => {
    const codes = [];
    for (let i = 0; i < 3; i++) {
      const { status, body } = await postToken(
        sandbox,
        clientCredentialsForm({ ...application, secret: tried }),
      );
      codes.push(status === 200 ? "ok" : (body.error_codes as number[])[0]);
    }
    return codes;
  };
  assert.deepEqual(await round(secret), ["ok", 7000215, 7000215]);
  assert.deepEqual(await round(application.secret), ["ok", "ok", "ok"], "the old one is known everywhere");
  await sandbox.advance(5000);
  assert.deepEqual(await round(secret), ["ok", "ok", 7000215]);
  await sandbox.advance(15_000);
  assert.deepEqual(await round(secret), ["ok", "ok", "ok"]);
});

test("several secrets are valid at once, until each one's end or removal", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox, { password: { endDateTime: "2025-02-20T00:00:00Z" } });
  const second = await sandbox.store.update(({ entra }) => {
    const stored = entra.applications[application.id];
    assert.ok(stored);
    const { credential, secretText } = addPassword(stored, {}, sandbox.context());
    return { secret: secretText, keyId: credential.keyId };
  });
  const statusOf = async (secret: string) =>
    (await postToken(sandbox, clientCredentialsForm({ ...application, secret }))).body.error_codes ?? "ok";
  assert.equal(await statusOf(application.secret), "ok");
  assert.equal(await statusOf(second.secret), "ok");
  await sandbox.advance(Date.parse("2025-02-20T00:00:00Z") - sandbox.clock.nowMs());
  assert.deepEqual(await statusOf(application.secret), [7000222]);
  assert.equal(await statusOf(second.secret), "ok");
  await sandbox.store.update(({ entra }) => {
    const stored = entra.applications[application.id];
    assert.ok(stored);
    removePassword(stored, second.keyId);
  });
  assert.deepEqual(await statusOf(second.secret), [7000215]);
});

test("tokens verify against the published keys, also after a restart", async () => {
  await using first = await startFace();
  const application = await addApplication(first);
  const token = await appToken(first, application, "https://vault.azure.net/.default");
  await using second = await startFace({ store: first.store, seed: "second" });
  for (const { face, tenantId } of [first, second]) {
    const keys = createRemoteJWKSet(new URL(`${face.origin}/${tenantId}/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(token, keys, {
      issuer: `https://sts.windows.net/${tenantId}/`,
      audience: "https://vault.azure.net",
      currentDate: new Date(first.clock.nowMs()),
    });
    assert.equal(payload.oid, application.principalId);
    assert.equal(payload.exp, Date.parse("2025-02-14T12:29:59Z") / 1000);
  }
  const shown = await (await fetch(`${first.face.origin}/${first.tenantId}/discovery/v2.0/keys`)).text();
  assert.ok(!/"(d|p|q|dp|dq|qi)":/.test(shown), "private parts of a key are published");
});

test("a sandbox without a signing key makes one when it is first needed", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  await sandbox.store.update(({ entra }) => {
    entra.signIn.signingKeys = [];
  });
  const tokens = await Promise.all([1, 2, 3].map(() => appToken(sandbox, application)));
  assert.equal(new Set(tokens.map((token) => token.split(".")[0])).size, 1);
  assert.equal(sandbox.store.state.entra.signIn.signingKeys.length, 1);
});

test("the use of a secret is remembered, at most once an hour", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  const lastUse = () =>
    sandbox.store.state.entra.signIn.credentialUses[application.keyId]?.lastSignInDateTime;
  assert.equal(lastUse(), undefined);
  await appToken(sandbox, application);
  assert.equal(lastUse(), "2025-02-14T11:30:00Z");
  await sandbox.advance(3_599_000);
  await appToken(sandbox, application);
  assert.equal(lastUse(), "2025-02-14T11:30:00Z");
  await sandbox.advance(1000);
  await appToken(sandbox, application);
  assert.equal(lastUse(), "2025-02-14T12:30:00Z");
});
