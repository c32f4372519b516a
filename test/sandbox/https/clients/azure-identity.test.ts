import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
} from "@azure/identity";
import { decodeJwt, exportJWK, SignJWT } from "jose";
import { createFederatedCredential } from "../../../../sandbox/entra/federated-credentials.ts";
import { keyCredentialsOf } from "../../../../sandbox/entra/key-credentials.ts";
import { createClientCertificate } from "../../../support/client-certificate.ts";
import { addApplication } from "../../../support/directory.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";

const GRAPH_SCOPE = "https://graph.microsoft.com/.default";

/** What somebody with a cloud of their own sets: its authority, and no question to the public one. */
const options = ({ face }: TestFace) => ({
  authorityHost: face.origin,
  disableInstanceDiscovery: true,
  retryOptions: { maxRetries: 0 },
});

/** Nobody is let in, and the library hands on Entra's own words. */
const refusedWith = (code: number, error: string) => (thrown: unknown) =>
  thrown instanceof Error &&
  thrown.name === "AuthenticationRequiredError" &&
  thrown.message.startsWith(`${error}: Error(s): ${code} - `) &&
  thrown.message.includes(` - Description: AADSTS${code}: `);

test("ClientSecretCredential gets a token with a secret, while it is valid by the sandbox clock", async () => {
  await using sandbox = await startFace();
  const { clientId, secret, principalId } = await addApplication(sandbox, {
    graphRoles: ["Mail.Send"],
    password: { startDateTime: "2025-02-14T12:30:00Z", endDateTime: "2025-03-14T12:30:00Z" },
  });
  const credential = () => new ClientSecretCredential(sandbox.tenantId, clientId, secret, options(sandbox));

  await assert.rejects(credential().getToken(GRAPH_SCOPE), refusedWith(7000215, "invalid_client"));

  await sandbox.advance(3_600_000);
  const { token } = await credential().getToken(GRAPH_SCOPE);
  const claims = decodeJwt(token);
  assert.equal(claims.oid, principalId);
  assert.equal(claims.appid, clientId);
  assert.equal(claims.tid, sandbox.tenantId);
  assert.equal(claims.idtyp, "app");
  assert.deepEqual(claims.roles, ["Mail.Send"]);
  assert.equal(claims.iat, Date.parse("2025-02-14T12:30:00Z") / 1000);

  await sandbox.advance(28 * 86_400_000 - 1000);
  await credential().getToken(GRAPH_SCOPE);

  await sandbox.advance(1000);
  await assert.rejects(credential().getToken(GRAPH_SCOPE), refusedWith(7000222, "invalid_client"));
});

test("ClientSecretCredential finds the authority through AZURE_AUTHORITY_HOST", async (t) => {
  await using sandbox = await startFace();
  const { clientId, secret } = await addApplication(sandbox);
  const before = process.env.AZURE_AUTHORITY_HOST;
  t.after(() => {
    if (before === undefined) delete process.env.AZURE_AUTHORITY_HOST;
    else process.env.AZURE_AUTHORITY_HOST = before;
  });
  process.env.AZURE_AUTHORITY_HOST = sandbox.face.origin;
  const credential = new ClientSecretCredential(sandbox.tenantId, clientId, secret, {
    disableInstanceDiscovery: true,
  });
  assert.ok((await credential.getToken(GRAPH_SCOPE)).token);
});

test("ClientCertificateCredential signs in with a registered certificate, and with no other", async () => {
  await using sandbox = await startFace();
  const { id, clientId } = await addApplication(sandbox);
  const registered = await createClientCertificate();
  const stranger = await createClientCertificate();
  await sandbox.store.update(({ entra }) => {
    const application = entra.applications[id];
    assert.ok(application);
    application.keyCredentials = keyCredentialsOf([{ key: registered.base64 }], [], sandbox.context());
  });
  const credential = (certificate: string) =>
    new ClientCertificateCredential(sandbox.tenantId, clientId, { certificate }, options(sandbox));

  const { token } = await credential(registered.pem).getToken(GRAPH_SCOPE);
  assert.equal(decodeJwt(token).appidacr, "2");
  await assert.rejects(credential(stranger.pem).getToken(GRAPH_SCOPE), refusedWith(700027, "invalid_client"));
});

test("ClientAssertionCredential signs in with the token of a federated identity", async () => {
  await using sandbox = await startFace();
  const { id, clientId } = await addApplication(sandbox);
  const issuer = "https://token.actions.githubusercontent.com";
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "RS256" };
  await sandbox.store.update(({ entra }) => {
    entra.signIn.testIssuers[issuer] = { keys: [jwk] };
    const federation = {
      name: "pipeline",
      issuer,
      subject: "repo:sell/mailman:ref:refs/heads/main",
      audiences: ["api://AzureADTokenExchange"],
    };
    createFederatedCredential(entra, id, federation, sandbox.context());
  });
  const credential = (subject: string) =>
    new ClientAssertionCredential(
      sandbox.tenantId,
      clientId,
      () =>
        new SignJWT()
          .setProtectedHeader({ alg: "RS256", kid: "1" })
          .setIssuer(issuer)
          .setSubject(subject)
          .setAudience("api://AzureADTokenExchange")
          .setIssuedAt()
          .setExpirationTime("10 minutes")
          .sign(privateKey),
      options(sandbox),
    );

  const { token } = await credential("repo:sell/mailman:ref:refs/heads/main").getToken(GRAPH_SCOPE);
  assert.equal(decodeJwt(token).appid, clientId);
  await assert.rejects(
    credential("repo:sell/mailman:pull_request").getToken(GRAPH_SCOPE),
    refusedWith(700213, "invalid_client"),
  );
});
