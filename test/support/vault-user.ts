import assert from "node:assert/strict";
import { signInOnPage } from "./sign-in-page.ts";

const REDIRECT_URI = "https://portal.example/signed-in";

/** What an application needs for `userVaultToken`: the portal, say. */
export const PORTAL = { web: { redirectUris: [REDIRECT_URI] } };

/** A token with which a person works on vaults: they sign in on the page and the application redeems the code. */
export async function userVaultToken(
  authority: string,
  { clientId, secret }: { clientId: string; secret: string },
  username: string,
): Promise<{ accessToken: string; refreshToken: string }> {
  const scope = "https://vault.azure.net/user_impersonation offline_access";
  const asked = { client_id: clientId, redirect_uri: REDIRECT_URI, scope };
  const query = new URLSearchParams({ ...asked, response_type: "code" });
  const { code } = await signInOnPage(`${authority}/oauth2/v2.0/authorize?${query}`, { username });
  assert.ok(code !== null);
  const response = await fetch(`${authority}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({ ...asked, grant_type: "authorization_code", client_secret: secret, code }),
  });
  const body = (await response.json()) as { access_token: string; refresh_token: string };
  assert.equal(response.status, 200, JSON.stringify(body));
  return { accessToken: body.access_token, refreshToken: body.refresh_token };
}
