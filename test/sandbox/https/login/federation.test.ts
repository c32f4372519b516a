import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { exportJWK, type JWTPayload, SignJWT } from "jose";
import { createFederatedCredential } from "../../../../sandbox/entra/federated-credentials.ts";
import { createManagedIdentityPrincipal } from "../../../../sandbox/entra/managed-identities.ts";
import { addApplication } from "../../../support/directory.ts";
import { FACE_SUBSCRIPTION_ID, startFace, type TestFace } from "../../../support/https-face.ts";
import { startHttpsServer, trust } from "../../../support/https-server.ts";
import { postToken } from "../../../support/token-endpoint.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const AUDIENCE = "api://AzureADTokenExchange";
const SUBJECT = "system:serviceaccount:sell:mailman";

function assertionBy(issuer: string, claims: JWTPayload = {}): Promise<string> {
  return new SignJWT({ iss: issuer, sub: SUBJECT, aud: AUDIENCE, exp: 4_000_000_000, ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .sign(privateKey);
}

async function codeOf(sandbox: TestFace, clientId: string, assertion: string): Promise<number | "ok"> {
  const { status, body } = await postToken(sandbox, {
    grant_type: "client_credentials",
    client_id: clientId,
    client_assertion: assertion,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    scope: "https://graph.microsoft.com/.default",
  });
  return status === 200 ? "ok" : ((body.error_codes as number[])[0] ?? -1);
}

async function federated(sandbox: TestFace, issuer: string): Promise<string> {
  const { id, clientId } = await addApplication(sandbox);
  await sandbox.store.update(
    ({ entra }) =>
      void createFederatedCredential(
        entra,
        id,
        { name: "cluster", issuer, subject: SUBJECT, audiences: [AUDIENCE] },
        sandbox.context(),
      ),
  );
  return clientId;
}

test("an issuer's keys are read from the issuer, over TLS", async (t) => {
  await using sandbox = await startFace();
  const jwk = { ...(await exportJWK(publicKey)), kid: "k" };
  const issuer = await startHttpsServer((request, response) => {
    const answer: Record<string, unknown> = {
      "/cluster/.well-known/openid-configuration": { jwks_uri: `${issuer.origin}/cluster/keys` },
      "/cluster/keys": { keys: [jwk] },
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer[request.url ?? ""]));
  });
  t.after(() => issuer.close());
  trust(issuer.caPem);
  const url = `${issuer.origin}/cluster`;
  const clientId = await federated(sandbox, url);
  assert.equal(await codeOf(sandbox, clientId, await assertionBy(url)), "ok");

  const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const forged = await new SignJWT({ iss: url, sub: SUBJECT, aud: AUDIENCE })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .sign(stranger);
  assert.equal(await codeOf(sandbox, clientId, forged), 700027);
});

test("issuer, subject and audience must each be the registered one, to the letter", async () => {
  await using sandbox = await startFace();
  const issuer = "https://issuer.example";
  const clientId = await federated(sandbox, issuer);
  const jwk = { ...(await exportJWK(publicKey)), kid: "k" };
  await sandbox.store.update(({ entra }) => {
    entra.signIn.testIssuers[issuer] = { keys: [jwk] };
  });
  assert.equal(await codeOf(sandbox, clientId, await assertionBy(issuer)), "ok");
  assert.equal(await codeOf(sandbox, clientId, await assertionBy(`${issuer}/`)), 700211);
  assert.equal(
    await codeOf(sandbox, clientId, await assertionBy(issuer, { sub: SUBJECT.toUpperCase() })),
    700213,
  );
  assert.equal(await codeOf(sandbox, clientId, await assertionBy(issuer, { aud: "api://other" })), 700212);
});

test("an issuer that is not on this machine, or does not answer, is an error of Entra's own", async () => {
  await using sandbox = await startFace();
  for (const issuer of ["https://token.actions.githubusercontent.com", "https://localhost:1"]) {
    const clientId = await federated(sandbox, issuer);
    assert.equal(await codeOf(sandbox, clientId, await assertionBy(issuer)), 50166, issuer);
  }
});

test("the times of an assertion count only where the directory is told to check them", async () => {
  await using sandbox = await startFace();
  const issuer = "https://issuer.example";
  const clientId = await federated(sandbox, issuer);
  const jwk = { ...(await exportJWK(publicKey)), kid: "k" };
  await sandbox.store.update(({ entra }) => {
    entra.signIn.testIssuers[issuer] = { keys: [jwk] };
  });
  const now = sandbox.clock.nowMs() / 1000;
  const old = await assertionBy(issuer, { nbf: now - 600, exp: now });
  assert.equal(await codeOf(sandbox, clientId, old), "ok");
  await sandbox.store.update(({ entra }) => {
    entra.settings.checkAssertionTimes = true;
  });
  assert.equal(await codeOf(sandbox, clientId, old), 700024);
  assert.equal(
    await codeOf(sandbox, clientId, await assertionBy(issuer, { nbf: now, exp: now + 600 })),
    "ok",
  );
  assert.equal(
    await codeOf(sandbox, clientId, await assertionBy(issuer, { nbf: now + 1, exp: now + 600 })),
    700024,
  );
});

test("a managed identity signs in through the federated credential below it", async () => {
  await using sandbox = await startFace();
  const issuer = "https://issuer.example";
  const jwk = { ...(await exportJWK(publicKey)), kid: "k" };
  const base = `/subscriptions/${FACE_SUBSCRIPTION_ID}/resourceGroups/sell/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mailman`;
  const clientId = await sandbox.store.update(({ entra, arm }) => {
    entra.signIn.testIssuers[issuer] = { keys: [jwk] };
    const principal = createManagedIdentityPrincipal(
      entra,
      { displayName: "mailman", resourceId: base },
      sandbox.context(),
    );
    const resource = (id: string, type: string, properties: Record<string, unknown>) => {
      const times = { createdAt: "2025-01-01T00:00:00Z", updatedAt: "2025-01-01T00:00:00Z" };
      const name = id.split("/").at(-1) ?? "";
      arm.resources[id.toLowerCase()] = {
        ...{ id, type, name, properties, location: null, tags: {}, extra: {}, hidden: {} },
        ...times,
      };
    };
    const type = "Microsoft.ManagedIdentity/userAssignedIdentities";
    resource(base, type, { clientId: principal.appId, principalId: principal.id });
    resource(`${base}/federatedIdentityCredentials/cluster`, `${type}/federatedIdentityCredentials`, {
      issuer,
      subject: SUBJECT,
      audiences: [AUDIENCE],
    });
    return principal.appId;
  });
  assert.equal(await codeOf(sandbox, clientId, await assertionBy(issuer)), "ok");
  assert.equal(await codeOf(sandbox, clientId, await assertionBy(issuer, { sub: "other" })), 700213);
});
