import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfidentialClientApplication,
  CryptoProvider,
  InteractionRequiredAuthError,
  ServerError,
} from "@azure/msal-node";
import { decodeJwt } from "jose";
import { revokeSignInSessions } from "../../../../sandbox/entra/sign-in-sessions.ts";
import { addApplication, addUser, type TestApplication } from "../../../support/directory.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";
import { signInOnPage } from "../../../support/sign-in-page.ts";

const REDIRECT_URI = "https://sell.example/connected";
const WEB = { web: { redirectUris: [REDIRECT_URI] } };
const MAIL_SCOPES = ["https://outlook.office.com/SMTP.Send", "offline_access"];

function clientOf({ face, tenantId }: TestFace, { clientId, secret }: TestApplication) {
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret: secret,
      authority: `${face.origin}/${tenantId}`,
      knownAuthorities: [new URL(face.origin).host],
    },
  });
}

/** A user signs in, consents, and the application redeems the code. */
async function connect(
  sandbox: TestFace,
  application: TestApplication,
  username: string,
  scopes = MAIL_SCOPES,
) {
  const client = clientOf(sandbox, application);
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const url = await client.getAuthCodeUrl({
    scopes,
    redirectUri: REDIRECT_URI,
    codeChallenge: challenge,
    codeChallengeMethod: "S256",
    state: "s1",
  });
  const { code, state } = await signInOnPage(url, { username });
  assert.equal(state, "s1");
  assert.ok(code);
  const redeem = () =>
    client.acquireTokenByCode({ code, scopes, redirectUri: REDIRECT_URI, codeVerifier: verifier });
  return { client, code, redeem, result: await redeem() };
}

/** The refresh token that MSAL keeps to itself. */
function refreshTokenOf(client: ConfidentialClientApplication): string {
  const cache = JSON.parse(client.getTokenCache().serialize()) as {
    RefreshToken: Record<string, { secret: string }>;
  };
  return Object.values(cache.RefreshToken).at(-1)?.secret ?? assert.fail("no refresh token");
}

const serverError = (code: number) => (error: unknown) =>
  error instanceof ServerError && error.errorMessage.includes(`AADSTS${code}: `);

test("client credentials: a token is cached by MSAL, and a refusal is a ServerError", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  const client = clientOf(sandbox, application);
  const scopes = ["https://outlook.office365.com/.default"];
  const first = await client.acquireTokenByClientCredential({ scopes });
  assert.equal(first?.fromCache, false);
  assert.equal(decodeJwt(first?.accessToken ?? "").aud, "https://outlook.office365.com");
  const second = await client.acquireTokenByClientCredential({ scopes });
  assert.equal(second?.fromCache, true);

  const wrong = clientOf(sandbox, { ...application, secret: "wrong" });
  await assert.rejects(wrong.acquireTokenByClientCredential({ scopes }), serverError(7000215));
});

test("authorization code with PKCE: a user signs in and the application acts for them", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const application = await addApplication(sandbox, { properties: WEB });
  const { result, redeem } = await connect(sandbox, application, user.userPrincipalName);
  assert.equal(result.account?.username, user.userPrincipalName);
  assert.equal(result.uniqueId, user.id);
  const claims = decodeJwt(result.accessToken);
  assert.equal(claims.aud, "https://outlook.office.com");
  assert.equal(claims.scp, "SMTP.Send");
  assert.equal(claims.oid, user.id);
  assert.equal(claims.idtyp, "user");

  await assert.rejects(redeem(), (error: unknown) => {
    assert.ok(error instanceof InteractionRequiredAuthError || error instanceof ServerError);
    return error.errorCode === "invalid_grant" && error.errorMessage.includes("AADSTS54005: ");
  });
});

test("authorization code: the verifier, the time and the secret must be right", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const application = await addApplication(sandbox, { properties: WEB });
  const client = clientOf(sandbox, application);
  const codeFor = async () => {
    const { challenge } = await new CryptoProvider().generatePkceCodes();
    const url = await client.getAuthCodeUrl({
      scopes: MAIL_SCOPES,
      redirectUri: REDIRECT_URI,
      codeChallenge: challenge,
      codeChallengeMethod: "S256",
    });
    return (await signInOnPage(url, { username: user.userPrincipalName })).code ?? "";
  };
  const request = { scopes: MAIL_SCOPES, redirectUri: REDIRECT_URI, codeVerifier: "x".repeat(43) };
  await assert.rejects(client.acquireTokenByCode({ ...request, code: await codeFor() }), serverError(501481));

  const late = await codeFor();
  await sandbox.advance(10 * 60_000);
  await assert.rejects(client.acquireTokenByCode({ ...request, code: late }), serverError(70008));

  const wrong = clientOf(sandbox, { ...application, secret: "wrong" });
  await assert.rejects(wrong.acquireTokenByCode({ ...request, code: await codeFor() }), serverError(7000215));
});

test("refresh token: every redemption sends the secret, so an expired one stops every customer", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const application = await addApplication(sandbox, {
    properties: WEB,
    password: { endDateTime: "2025-03-14T11:30:00Z" },
  });
  const { client } = await connect(sandbox, application, user.userPrincipalName);
  const refreshToken = refreshTokenOf(client);
  const refresh = () => client.acquireTokenByRefreshToken({ refreshToken, scopes: MAIL_SCOPES });

  await sandbox.advance(7 * 86_400_000);
  const result = await refresh();
  assert.equal(decodeJwt(result?.accessToken ?? "").scp, "SMTP.Send");

  await sandbox.advance(28 * 86_400_000);
  await assert.rejects(refresh(), serverError(7000222));
});

test("refresh token: 90 days without use, a new password and a withdrawn consent end it", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const application = await addApplication(sandbox, { properties: WEB });
  const { client } = await connect(sandbox, application, user.userPrincipalName);
  const old = refreshTokenOf(client);
  const refresh = (refreshToken: string) =>
    client.acquireTokenByRefreshToken({ refreshToken, scopes: MAIL_SCOPES });
  const mustSignInAgain = (code: number) => (error: unknown) => {
    assert.ok(error instanceof InteractionRequiredAuthError || error instanceof ServerError, String(error));
    return error.errorCode === "invalid_grant" && error.errorMessage.includes(`AADSTS${code}: `);
  };

  await sandbox.advance(60 * 86_400_000);
  await refresh(old);
  const fresh = refreshTokenOf(client);
  assert.notEqual(fresh, old);
  await sandbox.advance(40 * 86_400_000);
  await assert.rejects(refresh(old), mustSignInAgain(700082));
  await refresh(fresh);

  await sandbox.store.update(({ entra }) => {
    for (const id of Object.keys(entra.oauth2PermissionGrants)) delete entra.oauth2PermissionGrants[id];
  });
  await assert.rejects(refresh(fresh), mustSignInAgain(65001));

  await sandbox.store.update(({ entra }) => revokeSignInSessions(entra, user.id));
  await assert.rejects(refresh(fresh), mustSignInAgain(50173));
});

test("on behalf of: a service goes on acting for the user who called it", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const api = await addApplication(sandbox, {
    displayName: "sell-api",
    properties: {
      ...WEB,
      identifierUris: ["api://sell"],
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: [
          {
            id: "70000000-0000-4000-8000-000000000001",
            value: "access_as_user",
            isEnabled: true,
            type: "User",
          },
        ],
      },
    },
  });
  const web = await addApplication(sandbox, { displayName: "sell-web", properties: WEB });
  const { result } = await connect(sandbox, web, user.userPrincipalName, ["api://sell/access_as_user"]);
  assert.equal(decodeJwt(result.accessToken).aud, api.clientId);
  assert.equal(decodeJwt(result.accessToken).ver, "2.0");

  const service = clientOf(sandbox, api);
  const onBehalfOf = (oboAssertion: string) =>
    service.acquireTokenOnBehalfOf({ oboAssertion, scopes: ["https://graph.microsoft.com/Mail.Send"] });
  await assert.rejects(onBehalfOf(result.accessToken), (error: unknown) => {
    return error instanceof InteractionRequiredAuthError && error.errorMessage.includes("AADSTS65001: ");
  });

  await connect(sandbox, api, user.userPrincipalName, ["https://graph.microsoft.com/Mail.Send"]);
  const token = await onBehalfOf(result.accessToken);
  const claims = decodeJwt(token?.accessToken ?? "");
  assert.equal(claims.scp, "Mail.Send");
  assert.equal(claims.oid, user.id);
  assert.equal(claims.appid, api.clientId);

  const foreign = await connect(sandbox, web, user.userPrincipalName, [
    "https://graph.microsoft.com/User.Read",
  ]);
  await assert.rejects(onBehalfOf(foreign.result.accessToken), serverError(500131));
});

test("the sign-in page sends refusals and silent attempts back as errors", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const application = await addApplication(sandbox, { properties: WEB });
  const client = clientOf(sandbox, application);
  const request = { scopes: MAIL_SCOPES, redirectUri: REDIRECT_URI };

  const refused = await signInOnPage(await client.getAuthCodeUrl(request), { decision: "refuse" });
  assert.equal(refused.error, "access_denied");
  assert.match(refused.errorDescription ?? "", /^AADSTS65004: /);

  const silent = await client.getAuthCodeUrl({
    ...request,
    prompt: "none",
    loginHint: user.userPrincipalName,
  });
  const before = await signInOnPage(silent, { username: user.userPrincipalName });
  assert.equal(before.error, "interaction_required");
  await connect(sandbox, application, user.userPrincipalName);
  const after = await signInOnPage(silent, { username: user.userPrincipalName });
  assert.ok(after.code, "who has consented before is signed in without the page");
});
