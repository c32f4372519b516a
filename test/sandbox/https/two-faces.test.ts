import assert from "node:assert/strict";
import { test } from "node:test";
import { createAzureadProvider } from "../../../sandbox/providers/azuread/provider.ts";
import type { Properties } from "../../../sandbox/providers/provider.ts";
import { isObject } from "../../../sandbox/providers/values.ts";
import { graphAs } from "../../support/graph-caller.ts";
import { startFace } from "../../support/https-face.ts";
import { clientCredentialsForm, postToken } from "../../support/token-endpoint.ts";

test("what the engine makes works over HTTPS at once, and the other way round", async () => {
  await using sandbox = await startFace();
  const provider = createAzureadProvider(sandbox);
  const urn = (type: string) => `urn:pulumi:dev::mail::${type}::mailman`;
  const create = async (type: string, properties: Properties) => {
    const request = { urn: urn(type), type, name: "mailman", properties, preview: false };
    return (await provider.create(request)).properties;
  };
  const application = await create("azuread:index/application:Application", {
    displayName: "mailman",
    signInAudience: "AzureADMyOrg",
    owners: [sandbox.deployer.principalId],
  });
  const clientId = String(application.clientId);
  await create("azuread:index/servicePrincipal:ServicePrincipal", { clientId, accountEnabled: true });
  const password = await create("azuread:index/applicationPassword:ApplicationPassword", {
    applicationId: String(application.id),
    displayName: "a 1",
    endDate: "2025-03-14T11:30:00Z",
  });
  const { value } = password;
  const secret = isObject(value) ? String(value.value) : String(value);

  const statusOf = async () => (await postToken(sandbox, clientCredentialsForm({ clientId, secret }))).body;
  assert.ok((await statusOf()).access_token);

  const { deployer } = sandbox;
  const graph = await graphAs(sandbox, { clientId: deployer.clientId, secret: deployer.clientSecret });
  const { body } = await graph("GET", `/v1.0/applications(appId='${clientId}')`);
  assert.equal(body.passwordCredentials[0].keyId, password.keyId);
  assert.equal(body.passwordCredentials[0].endDateTime, "2025-03-14T11:30:00Z");

  // What is changed over HTTPS, the provider finds when it reads.
  const id = String(application.objectId);
  assert.equal((await graph("PATCH", `/v1.0/applications/${id}`, { notes: "seen" })).status, 204);
  const read = await provider.read({
    urn: urn("azuread:index/application:Application"),
    type: "azuread:index/application:Application",
    name: "mailman",
    id: String(application.id),
    properties: application,
    inputs: undefined,
  });
  assert.equal(read.properties.notes, "seen");

  await sandbox.advance(28 * 86_400_000);
  assert.deepEqual((await statusOf()).error_codes, [7000222]);
});
