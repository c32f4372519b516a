import assert from "node:assert/strict";
import { test } from "node:test";
import { startFace } from "../../../support/https-face.ts";

test("the cloud's description leads to this sandbox for sign-in, Graph and vaults", async () => {
  await using sandbox = await startFace();
  const { face } = sandbox;
  const read = async (version: string) =>
    (await fetch(`${face.origin}/metadata/endpoints?api-version=${version}`)).json();
  const cloud = (await read("2022-09-01")) as Record<string, Record<string, string>>;
  assert.equal(cloud.authentication?.loginEndpoint, face.origin);
  assert.equal(cloud.microsoftGraphResourceId, `${face.origin}/`);
  assert.equal(`https://kv.${cloud.suffixes?.keyVaultDns}/`, face.vaultUri("kv"));
  assert.deepEqual(await read("2020-06-01"), [cloud], "older versions describe a list of clouds");
});

test("the OpenID configuration is that of the tenant, by id, by domain, or of any", async () => {
  await using sandbox = await startFace();
  const { face, tenantId } = sandbox;
  const read = async (tenant: string) => {
    const response = await fetch(`${face.origin}/${tenant}/v2.0/.well-known/openid-configuration`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const own = await read(tenantId);
  assert.equal(own.body.issuer, `${face.origin}/${tenantId}/v2.0`);
  assert.equal(own.body.token_endpoint, `${face.origin}/${tenantId}/oauth2/v2.0/token`);
  assert.deepEqual((await read("sandbox.onmicrosoft.com")).body, own.body);
  assert.equal((await read("common")).body.issuer, `${face.origin}/{tenantid}/v2.0`);
  const unknown = await read("contoso.example");
  assert.equal(unknown.status, 400);
  assert.equal(unknown.body.error, "invalid_tenant");
  assert.deepEqual(unknown.body.error_codes, [90002]);
});

test("instance discovery vouches for the sandbox itself, and for nobody else", async () => {
  await using sandbox = await startFace();
  const { face, tenantId } = sandbox;
  const ask = async (endpoint: string) => {
    const query = new URLSearchParams({ "api-version": "1.1", authorization_endpoint: endpoint });
    const response = await fetch(`${face.origin}/common/discovery/instance?${query}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const own = await ask(`${face.origin}/${tenantId}/oauth2/v2.0/authorize`);
  assert.equal(own.status, 200);
  assert.equal(
    own.body.tenant_discovery_endpoint,
    `${face.origin}/${tenantId}/v2.0/.well-known/openid-configuration`,
  );
  const other = await ask("https://login.evil.example/common/oauth2/v2.0/authorize");
  assert.deepEqual([other.status, other.body.error], [400, "invalid_instance"]);
});
