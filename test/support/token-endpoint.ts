import assert from "node:assert/strict";
import type { TestApplication } from "./directory.ts";
import type { TestFace } from "./https-face.ts";

/** An answer of the token endpoint. */
export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Posts a form to the token endpoint. */
export async function postToken(
  { face, tenantId }: TestFace,
  form: Record<string, string>,
  { tenant = tenantId, headers = {} }: { tenant?: string; headers?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${face.origin}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams(form),
    headers,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** The form that asks for an application's own token. */
export function clientCredentialsForm(
  { clientId, secret }: Pick<TestApplication, "clientId" | "secret">,
  scope = "https://graph.microsoft.com/.default",
): Record<string, string> {
  return { grant_type: "client_credentials", client_id: clientId, client_secret: secret, scope };
}

/** An application's own access token. */
export async function appToken(
  sandbox: TestFace,
  application: Pick<TestApplication, "clientId" | "secret">,
  scope?: string,
): Promise<string> {
  const { status, body } = await postToken(sandbox, clientCredentialsForm(application, scope));
  assert.equal(status, 200, JSON.stringify(body));
  return String(body.access_token);
}
