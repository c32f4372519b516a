import assert from "node:assert/strict";
import { test } from "node:test";
import { addUser } from "../../../support/directory.ts";
import { type GraphCaller, graphAs } from "../../../support/graph-caller.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";
import { clientCredentialsForm, postToken } from "../../../support/token-endpoint.ts";

/**
 * The calls that an unmodified azuread provider makes when its `metadataHost` setting points here, in the
 * order in which it makes them for an application, its secrets, its service principal and a group.
 */

/** As the provider finds out where Graph is and who it is. */
async function connected(sandbox: TestFace): Promise<{ graph: GraphCaller; callerId: string }> {
  const { face, deployer, tenantId } = sandbox;
  const cloud = (await (await fetch(`${face.origin}/metadata/endpoints?api-version=2022-09-01`)).json()) as {
    microsoftGraphResourceId: string;
  };
  // go-azure-sdk asks for the resource that the cloud's description names.
  const scope = `${cloud.microsoftGraphResourceId.replace(/\/$/, "")}/.default`;
  const { body } = await postToken(
    sandbox,
    clientCredentialsForm({ clientId: deployer.clientId, secret: deployer.clientSecret }, scope),
  );
  const claims = JSON.parse(
    Buffer.from(String(body.access_token).split(".")[1] ?? "", "base64url").toString(),
  ) as Record<string, unknown>;
  assert.equal(claims.tid, tenantId);
  assert.equal(claims.idtyp, "app");
  assert.ok(Array.isArray(claims.roles));
  const graph = await graphAs(sandbox, { clientId: deployer.clientId, secret: deployer.clientSecret });
  return { graph, callerId: String(claims.oid) };
}

test("an application: create, read, update, secrets, federated credentials, delete", async () => {
  await using sandbox = await startFace();
  const { graph, callerId } = await connected(sandbox);
  const ownerRef = `${sandbox.face.origin}/v1.0/directoryObjects/${callerId}`;

  assert.deepEqual(
    (await graph("GET", "/v1.0/applications?$filter=displayName eq 'mailman'")).body.value,
    [],
  );
  const created = await graph("POST", "/v1.0/applications", {
    displayName: "mailman",
    signInAudience: "AzureADMyOrg",
    identifierUris: [],
    api: { knownClientApplications: [], requestedAccessTokenVersion: 2, oauth2PermissionScopes: [] },
    appRoles: [],
    tags: [],
    web: { redirectUris: [], implicitGrantSettings: {} },
    spa: { redirectUris: [] },
    publicClient: { redirectUris: [] },
    info: {},
    isFallbackPublicClient: false,
    isDeviceOnlyAuthSupported: false,
    requiredResourceAccess: [],
    "owners@odata.bind": [ownerRef],
  });
  assert.equal(created.status, 201);
  const path = `/v1.0/applications/${created.body.id}`;
  assert.equal((await graph("GET", path)).body.appId, created.body.appId);
  assert.equal(
    (await graph("GET", "/v1.0/applications?$filter=displayName eq 'mailman'")).body.value.length,
    1,
  );

  assert.equal(
    (
      await graph("PATCH", path, {
        displayName: "mailman-office365",
        web: { homePageUrl: "https://a.example" },
      })
    ).status,
    204,
  );
  const updated = (await graph("GET", path)).body;
  assert.equal(updated.displayName, "mailman-office365");
  assert.deepEqual(updated.web.redirectUris, [], "what the change does not name stays");
  assert.equal(updated.web.homePageUrl, "https://a.example");
  const beta = await graph("GET", `/beta/applications/${created.body.id}?$select=oauth2RequirePostResponse`);
  assert.equal(beta.body.oauth2RequirePostResponse, false);
  assert.equal(
    (await graph("PATCH", `/beta/applications/${created.body.id}`, { oauth2RequirePostResponse: true }))
      .status,
    204,
  );

  assert.deepEqual(
    (await graph("GET", `${path}/owners`)).body.value.map(({ id }: { id: string }) => id),
    [callerId],
  );
  const user = await addUser(sandbox);
  assert.equal(
    (
      await graph("POST", `${path}/owners/$ref`, {
        "@odata.id": `${sandbox.face.origin}/v1.0/directoryObjects/${user.id}`,
      })
    ).status,
    204,
  );
  assert.equal((await graph("DELETE", `${path}/owners/${user.id}/$ref`)).status, 204);
  assert.equal((await graph("DELETE", `${path}/owners/${user.id}/$ref`)).status, 404);

  const added = await graph("POST", `${path}/addPassword`, {
    passwordCredential: { displayName: "a 1", endDateTime: "2025-08-14T00:00:00Z" },
  });
  assert.equal(added.status, 200);
  for (let i = 0; i < 5; i++) {
    const { passwordCredentials } = (await graph("GET", path)).body;
    assert.equal(passwordCredentials[0].keyId, added.body.keyId);
    assert.equal(passwordCredentials[0].endDateTime, "2025-08-14T00:00:00Z");
  }
  assert.equal((await graph("POST", `${path}/removePassword`, { keyId: added.body.keyId })).status, 204);
  assert.deepEqual((await graph("GET", path)).body.passwordCredentials, []);
  assert.equal((await graph("POST", `${path}/removePassword`, { keyId: added.body.keyId })).status, 400);

  const federation = {
    name: "ci",
    issuer: "https://i.example",
    subject: "s",
    audiences: ["api://AzureADTokenExchange"],
  };
  const made = await graph("POST", `${path}/federatedIdentityCredentials`, federation);
  assert.equal(made.status, 201);
  const one = `${path}/federatedIdentityCredentials/${made.body.id}`;
  assert.equal((await graph("GET", one)).body.subject, "s");
  assert.equal((await graph("GET", `${path}/federatedIdentityCredentials`)).body.value.length, 1);
  assert.equal((await graph("PATCH", one, { subject: "t" })).status, 204);
  assert.equal((await graph("GET", one)).body.subject, "t");
  assert.equal((await graph("DELETE", one)).status, 204);
  assert.equal((await graph("GET", one)).status, 404);

  assert.equal((await graph("DELETE", path)).status, 204);
  assert.equal((await graph("GET", path)).status, 404);
});

test("a service principal: create, read, update, secrets, delete", async () => {
  await using sandbox = await startFace();
  const { graph, callerId } = await connected(sandbox);
  const { appId } = (await graph("POST", "/v1.0/applications", { displayName: "mailman" })).body;
  const filter = `/v1.0/servicePrincipals?$filter=appId eq '${appId}'`;
  assert.deepEqual((await graph("GET", filter)).body.value, []);
  const { status, body: principal } = await graph("POST", "/v1.0/servicePrincipals", {
    appId,
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    notificationEmailAddresses: [],
    tags: ["keyturn"],
  });
  assert.equal(status, 201);
  assert.equal((await graph("GET", filter)).body.value[0].id, principal.id);
  assert.equal((await graph("POST", "/v1.0/servicePrincipals", { appId })).status, 409);
  const path = `/v1.0/servicePrincipals/${principal.id}`;
  assert.deepEqual((await graph("GET", path)).body.tags, ["keyturn"]);
  assert.equal((await graph("PATCH", path, { notes: "n", accountEnabled: false })).status, 204);
  assert.equal((await graph("GET", path)).body.accountEnabled, false);
  assert.equal((await graph("GET", `${path}/owners`)).body.value[0].id, callerId);
  const beta = await graph("GET", `/beta/servicePrincipals/${principal.id}?$select=samlMetadataUrl`);
  assert.equal(beta.body.samlMetadataUrl, null);
  const added = await graph("POST", `${path}/addPassword`, { passwordCredential: { displayName: "k" } });
  assert.match(added.body.secretText, /8Q~/);
  assert.equal(added.body.endDateTime, "2027-02-14T11:30:00Z", "two years, when no end is given");
  assert.equal((await graph("DELETE", path)).status, 204);
  assert.equal((await graph("GET", path)).status, 404);
});

test("a group: create with owners and members, read, update, change members, delete", async () => {
  await using sandbox = await startFace();
  const { graph, callerId } = await connected(sandbox);
  const [mia, noa] = [await addUser(sandbox, "mia"), await addUser(sandbox, "noa")];
  const reference = (id: string) => `${sandbox.face.origin}/v1.0/directoryObjects/${id}`;
  assert.deepEqual(
    (await graph("GET", "/beta/groups?$filter=displayName eq 'sell-responders'")).body.value,
    [],
  );
  const { status, body: group } = await graph("POST", "/beta/groups", {
    displayName: "sell-responders",
    description: "Answer when a credential fails",
    groupTypes: [],
    isAssignableToRole: true,
    mailEnabled: false,
    mailNickname: "1165f2ea-f",
    securityEnabled: true,
    "owners@odata.bind": [reference(callerId)],
    "members@odata.bind": [reference(mia.id)],
  });
  assert.equal(status, 201);
  const path = `/beta/groups/${group.id}`;
  assert.equal((await graph("GET", path)).body.isAssignableToRole, true);
  assert.equal((await graph("PATCH", path, { description: "d" })).status, 204);
  assert.equal((await graph("GET", path)).body.description, "d");
  assert.deepEqual(
    (await graph("GET", `${path}/owners`)).body.value.map(({ id }: { id: string }) => id),
    [callerId],
  );
  const members = async (query = "") =>
    (await graph("GET", `${path}/members${query}`)).body.value.map(({ id }: { id: string }) => id);
  assert.deepEqual(await members(), [mia.id]);
  assert.deepEqual(await members(`?$filter=id eq '${noa.id}'`), []);
  assert.equal((await graph("POST", `${path}/members/$ref`, { "@odata.id": reference(noa.id) })).status, 204);
  assert.deepEqual(await members(`?$filter=id eq '${noa.id}'`), [noa.id]);
  assert.deepEqual((await graph("GET", `${path}/memberOf`)).body.value, []);
  assert.equal((await graph("DELETE", `${path}/members/${mia.id}/$ref`)).status, 204);
  assert.deepEqual(await members(), [noa.id]);
  assert.equal((await graph("DELETE", path)).status, 204);
  assert.equal((await graph("GET", path)).status, 404);
});

test("grants and roles: application permissions, directory roles, custom roles", async () => {
  await using sandbox = await startFace();
  const { graph } = await connected(sandbox);
  const { appId } = (await graph("POST", "/v1.0/applications", { displayName: "mailman" })).body;
  const { id: principalId } = (await graph("POST", "/v1.0/servicePrincipals", { appId })).body;
  const [exchange] = (
    await graph("GET", "/v1.0/servicePrincipals?$filter=appId eq '00000002-0000-0ff1-ce00-000000000000'")
  ).body.value;
  const role = exchange.appRoles.find(({ value }: { value: string }) => value === "SMTP.SendAsApp");
  const path = `/v1.0/servicePrincipals/${exchange.id}/appRoleAssignedTo`;
  const body = { principalId, resourceId: exchange.id, appRoleId: role.id };
  const assigned = await graph("POST", path, body);
  assert.equal(assigned.status, 201);
  assert.equal(assigned.body.principalType, "ServicePrincipal");
  assert.equal((await graph("POST", path, body)).status, 400);
  assert.equal((await graph("GET", `${path}/${assigned.body.id}`)).body.appRoleId, role.id);
  const held = await graph("GET", `/v1.0/servicePrincipals/${principalId}/appRoleAssignments`);
  assert.equal(held.body.value.length, 1);
  assert.equal((await graph("DELETE", `${path}/${assigned.body.id}`)).status, 204);

  const roleTemplateId = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";
  const templates = await graph("GET", "/v1.0/directoryRoleTemplates");
  assert.ok(templates.body.value.some(({ id }: { id: string }) => id === roleTemplateId));
  const activated = await graph("POST", "/v1.0/directoryRoles", { roleTemplateId });
  assert.equal(activated.body.displayName, "Global Reader");
  assert.equal(
    (await graph("GET", `/v1.0/directoryRoles/roleTemplateId=${roleTemplateId}`)).body.id,
    activated.body.id,
  );
  assert.equal(
    (await graph("GET", `/v1.0/directoryRoles(roleTemplateId='${roleTemplateId}')`)).body.id,
    activated.body.id,
  );

  const assignments = "/v1.0/roleManagement/directory/roleAssignments";
  const assignment = await graph("POST", assignments, {
    principalId,
    roleDefinitionId: roleTemplateId,
    directoryScopeId: "/",
  });
  assert.equal(assignment.status, 201);
  const found = await graph("GET", `${assignments}?$filter=principalId eq '${principalId}'`);
  assert.equal(found.body.value[0].id, assignment.body.id);
  assert.equal((await graph("DELETE", `${assignments}/${assignment.body.id}`)).status, 204);

  const definitions = "/v1.0/roleManagement/directory/roleDefinitions";
  const definition = await graph("POST", definitions, {
    displayName: "Credential rotator",
    isEnabled: true,
    version: "1",
    rolePermissions: [{ allowedResourceActions: ["microsoft.directory/applications/credentials/update"] }],
  });
  assert.equal(definition.status, 201);
  assert.equal((await graph("GET", `${definitions}/${definition.body.id}`)).body.isBuiltIn, false);
  assert.equal(
    (await graph("PATCH", `${definitions}/${definition.body.id}`, { description: "d" })).status,
    204,
  );
  assert.equal((await graph("DELETE", `${definitions}/${definition.body.id}`)).status, 204);
});
