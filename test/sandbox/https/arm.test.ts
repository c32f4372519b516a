import assert from "node:assert/strict";
import { test } from "node:test";
import { addApplication, addVault, assignRole, type TestApplication } from "../../support/directory.ts";
import { FACE_SUBSCRIPTION_ID, startFace, type TestFace } from "../../support/https-face.ts";
import { appToken } from "../../support/token-endpoint.ts";

const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const SUBSCRIPTION = `/subscriptions/${FACE_SUBSCRIPTION_ID}`;

async function armAs(sandbox: TestFace, application: TestApplication) {
  const token = await appToken(sandbox, application, "https://management.azure.com/.default");
  return async (method: string, path: string, body?: unknown) => {
    const url = new URL(path, sandbox.face.origin);
    if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", "2024-01-01");
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
}

async function principalWith(sandbox: TestFace, role: string, scope = SUBSCRIPTION) {
  const application = await addApplication(sandbox);
  await assignRole(sandbox, { principalId: application.principalId, role, scope });
  return application;
}

test("an owner makes a group and a vault, whose data plane is there at once, and removes them", async () => {
  await using sandbox = await startFace();
  const arm = await armAs(sandbox, await principalWith(sandbox, OWNER));
  const group = `${SUBSCRIPTION}/resourceGroups/sell`;
  assert.equal((await arm("GET", group)).status, 404);
  assert.equal((await arm("PUT", group, { location: "westeurope" })).status, 201);
  assert.equal((await arm("PUT", group, { location: "westeurope", tags: { a: "b" } })).status, 200);
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/sell-kv`;
  const properties = {
    tenantId: sandbox.tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
  };
  const made = await arm("PUT", vault, { location: "westeurope", properties });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.properties.vaultUri, sandbox.face.vaultUri("sell-kv"));
  assert.equal((await fetch(`${made.body.properties.vaultUri}secrets/s?api-version=7.5`)).status, 401);
  const listed = await arm("GET", `${group}/providers/Microsoft.KeyVault/vaults`);
  assert.deepEqual(
    listed.body.value.map(({ id }: { id: string }) => id),
    [vault],
  );
  assert.equal((await arm("GET", `${SUBSCRIPTION}/resourceGroups`)).body.value[0].name, "sell");
  assert.equal((await arm("GET", `${group}/resources`)).body.value.length, 1);
  const secrets = `${vault}/secrets`;
  assert.deepEqual((await arm("GET", secrets)).body.value, []);
  await arm("PUT", `${secrets}/mail`, { properties: { value: "nobody is shown it" } });
  const held = (await arm("GET", secrets)).body;
  assert.equal(held.value[0].id, `${secrets}/mail`);
  assert.doesNotMatch(JSON.stringify(held), /nobody is shown it/);
  assert.equal((await arm("DELETE", vault)).status, 200);
  assert.equal((await arm("DELETE", vault)).status, 204);
  assert.equal((await arm("GET", vault)).status, 404);
});

test("roles decide; a refusal names the client, the action and the scope", async () => {
  await using sandbox = await startFace();
  const vault = await addVault(sandbox, "sell-kv");
  await sandbox.store.update(({ arm }) => {
    const id = `${SUBSCRIPTION}/resourceGroups/sell`;
    const type = "Microsoft.Resources/resourceGroups";
    const times = { createdAt: "2025-01-01T00:00:00Z", updatedAt: "2025-01-01T00:00:00Z" };
    const rest = {
      name: "sell",
      location: "westeurope",
      tags: {},
      properties: {},
      extra: {},
      hidden: {},
      ...times,
    };
    arm.resources[id.toLowerCase()] = { id, type, ...rest };
  });
  const nobody = await addApplication(sandbox);
  const refused = await (await armAs(sandbox, nobody))("GET", vault);
  assert.equal(refused.status, 403);
  assert.equal(refused.body.error.code, "AuthorizationFailed");
  for (const part of [nobody.clientId, nobody.principalId, "Microsoft.KeyVault/vaults/read", vault]) {
    assert.ok(refused.body.error.message.includes(part), refused.body.error.message);
  }
  const reader = await principalWith(sandbox, READER, vault);
  const asReader = await armAs(sandbox, reader);
  assert.equal((await asReader("GET", vault)).status, 200);
  assert.equal((await asReader("DELETE", vault)).status, 403);
  const assignments = `${vault}/providers/Microsoft.Authorization/roleAssignments`;
  const mine = await asReader("GET", `${assignments}?$filter=principalId eq '${reader.principalId}'`);
  assert.deepEqual(
    mine.body.value.map(({ properties }: { properties: { scope: string } }) => properties.scope),
    [vault],
  );
  const granted = await asReader("PUT", `${assignments}/${sandbox.randomness.uuid()}`, {
    properties: {
      principalId: reader.principalId,
      roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${OWNER}`,
    },
  });
  assert.equal(granted.status, 403);
});

test("tokens, versions and types are checked, each with Azure's own word for it", async () => {
  await using sandbox = await startFace();
  const application = await principalWith(sandbox, READER);
  const bare = await fetch(`${sandbox.face.origin}${SUBSCRIPTION}?api-version=2024-01-01`);
  assert.equal(bare.status, 401);
  assert.match(bare.headers.get("www-authenticate") ?? "", /^Bearer authorization_uri="/);
  const headers = { authorization: `Bearer ${await appToken(sandbox, application)}` };
  const wrong = await fetch(`${sandbox.face.origin}${SUBSCRIPTION}?api-version=2024-01-01`, { headers });
  assert.match(await wrong.text(), /InvalidAuthenticationTokenAudience/);
  const arm = await armAs(sandbox, application);
  assert.equal((await arm("GET", SUBSCRIPTION)).body.tenantId, sandbox.tenantId);
  assert.equal((await arm("GET", "/subscriptions")).body.value.length, 1);
  assert.equal((await arm("GET", "/subscriptions/99999999-9999-4999-8999-999999999999")).status, 404);
  const unversioned = await arm("GET", `${SUBSCRIPTION}?api-version=`);
  assert.equal(unversioned.body.error.code, "MissingApiVersionParameter");
  const strange = await arm("GET", `${SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines/vm`);
  assert.deepEqual([strange.status, strange.body.error.code], [501, "NotEmulated"]);
  assert.equal(sandbox.unsupported.length, 1);
  sandbox.unsupported.length = 0;
});
