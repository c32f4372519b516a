import assert from "node:assert/strict";
import { test } from "node:test";
import { SecretClient } from "@azure/keyvault-secrets";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { environmentSource, RotatingConfidentialClient } from "../../../runtime/src/index.ts";
import { microsoftGraph } from "../../../sandbox/entra/well-known/microsoft-graph.ts";
import { addApplication, addUser, assignRole, grantRole, VAULT_ROLES } from "../../support/directory.ts";
import { signInOnPage } from "../../support/sign-in-page.ts";
import { startWorld, type World } from "./world.ts";

const hourMs = 3_600_000;
const REDIRECT_URI = "https://crm.test/connected";
const WEB = { web: { redirectUris: [REDIRECT_URI] } };

/** A rotation, and the end of the secret before it: whoever still holds that one must find the new one. */
async function rotate({ credential, time }: World): Promise<void> {
  await credential.rotate();
  await credential.retire();
  await time.advance(2 * hourMs); // What tokens there were have ended.
}

test("Key Vault's own client takes the credential, and follows a rotation", async () => {
  await using world = await startWorld();
  const { trusted, credential, traffic } = world;
  const { principalId } = credential.application;
  const { resourceId: scope } =
    trusted.sandbox.store.state.keyVault.vaults[credential.vaultName] ?? assert.fail();
  await assignRole(trusted.directory, { principalId, role: VAULT_ROLES.secretsUser, scope });
  const tokens = world.openCredential(world.openSecret({ refreshIntervalMs: 24 * hourMs }));
  const client = new SecretClient(trusted.vaultUrl(credential.vaultName), tokens, {
    httpClient: traffic.httpClient,
  });
  const before = (await world.time.until(client.getSecret(credential.name))).properties.version;
  await rotate(world);
  const after = await world.time.until(client.getSecret(credential.name));
  assert.notEqual(after.properties.version, before);
  assert.equal(after.properties.tags?.generation, "2");
});

test("Microsoft Graph's own client takes the credential, and follows a rotation", async () => {
  await using world = await startWorld();
  const { trusted, credential, traffic } = world;
  const { principalId } = credential.application;
  await grantRole(trusted.directory, { principalId, resourceAppId: microsoftGraph.appId, role: "Mail.Send" });
  const { mail } = await addUser(trusted.directory, "ann");
  const tokens = world.openCredential(world.openSecret({ refreshIntervalMs: 24 * hourMs }));
  const graph = Client.initWithMiddleware({
    baseUrl: trusted.origin,
    customHosts: new Set(["localhost"]),
    authProvider: new TokenCredentialAuthenticationProvider(tokens, {
      scopes: ["https://graph.microsoft.com/.default"],
    }),
  });
  const send = (subject: string) =>
    traffic.track(
      graph.api(`/users/${mail}/sendMail`).post({
        message: { subject, toRecipients: [{ emailAddress: { address: "bob@contoso.test" } }] },
      }),
    );
  await world.time.until(send("before"));
  await rotate(world);
  await world.time.until(send("after"));
  const { messages } = trusted.sandbox.store.state.mail;
  assert.deepEqual(
    messages.map(({ subject }) => subject),
    ["before", "after"],
  );
});

/** Signs a user in to an application, for scopes; returns MSAL's result. */
async function signIn(world: World, client: RotatingConfidentialClient, username: string, scopes: string[]) {
  const request = { scopes, redirectUri: REDIRECT_URI };
  const url = await world.traffic.track(client.getAuthCodeUrl(request));
  const { code } = await world.traffic.track(signInOnPage(url, { username }));
  return client.acquireTokenByCode({ ...request, code: code ?? "" });
}

function clientOf({ trusted, traffic }: World, secret: ReturnType<World["openSecret"]>, clientId: string) {
  return new RotatingConfidentialClient({
    secret,
    auth: {
      clientId,
      authority: `${trusted.origin}/${trusted.tenantId}`,
      knownAuthorities: [new URL(trusted.origin).host],
    },
    fetch: traffic.fetch,
  });
}

test("on behalf of a user, and by a kept refresh token: both follow a rotation", async () => {
  const scope = {
    id: "70000000-0000-4000-8000-000000000001",
    value: "access_as_user",
    isEnabled: true,
    type: "User",
  };
  await using world = await startWorld({
    properties: { ...WEB, identifierUris: ["api://sell"], api: { oauth2PermissionScopes: [scope] } },
  });
  const { trusted, credential, time } = world;
  const { userPrincipalName } = await addUser(trusted.directory, "ann");
  const secret = world.openSecret({ refreshIntervalMs: 24 * hourMs });
  const api = clientOf(world, secret, credential.application.clientId);
  await signIn(world, api, userPrincipalName, ["https://graph.microsoft.com/Mail.Send"]);
  const { secret: refreshToken } = Object.values(
    (JSON.parse(api.getTokenCache().serialize()) as { RefreshToken: Record<string, { secret: string }> })
      .RefreshToken,
  )[0] ?? { secret: "" };

  const web = await addApplication(trusted.directory, { displayName: "sell-web", properties: WEB });
  const webSecret = world.openSecret({
    credential: "sell-web",
    source: environmentSource({ variable: "WEB", environment: { WEB: web.secret } }),
  });
  const page = clientOf(world, webSecret, web.clientId);
  const scopes = ["https://graph.microsoft.com/Mail.Send"];
  const act = async () => {
    const { accessToken: oboAssertion } = await signIn(world, page, userPrincipalName, [
      "api://sell/access_as_user",
    ]);
    const onBehalf = await time.until(api.acquireTokenOnBehalfOf({ oboAssertion, scopes, skipCache: true }));
    const refreshed = await time.until(api.acquireTokenByRefreshToken({ refreshToken, scopes }));
    return [onBehalf?.account?.username, refreshed?.account?.username];
  };
  assert.deepEqual(await act(), [userPrincipalName, userPrincipalName]);
  await credential.rotate();
  await credential.retire();
  assert.deepEqual(await act(), [userPrincipalName, userPrincipalName]);
  assert.equal(secret.status.secret?.generation, 2);
  assert.equal(secret.breaker.state, "closed");
});
