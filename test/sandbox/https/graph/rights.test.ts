import assert from "node:assert/strict";
import { test } from "node:test";
import { addOwner } from "../../../../sandbox/entra/references.ts";
import { createRoleAssignment } from "../../../../sandbox/entra/role-assignments.ts";
import { addApplication, addUser } from "../../../support/directory.ts";
import { graphAs, graphWith } from "../../../support/graph-caller.ts";
import { startFace } from "../../../support/https-face.ts";
import { appToken } from "../../../support/token-endpoint.ts";

test("a token that Graph does not take is a 401 with a challenge", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox, { graphRoles: ["Application.Read.All"] });
  const token = await appToken(sandbox, application);
  const call = (bearer: string) => graphWith(sandbox, bearer)("GET", "/v1.0/applications");
  assert.equal((await call(token)).status, 200);

  const bare = await fetch(`${sandbox.face.origin}/v1.0/applications`);
  assert.equal(bare.status, 401);
  assert.match(bare.headers.get("www-authenticate") ?? "", /^Bearer realm="", authorization_uri="/);
  const cases: [string, string, RegExp][] = [
    ["garbage", "garbage", /JWT is not well formed/],
    ["a changed signature", `${token.slice(0, -6)}AAAAAA`, /Signature is invalid|JWT/],
    [
      "another resource",
      await appToken(sandbox, application, "https://vault.azure.net/.default"),
      /Invalid audience/,
    ],
  ];
  for (const [what, bearer, message] of cases) {
    const { status, body } = await call(bearer);
    assert.equal(status, 401, what);
    assert.equal(body.error.code, "InvalidAuthenticationToken", what);
    assert.match(body.error.message, message, what);
  }
  await sandbox.advance(3_599_000);
  const late = await call(token);
  assert.equal(late.status, 401);
  assert.match(late.body.error.message, /the token is expired/);
});

test("a refusal has Graph's shape", async () => {
  await using sandbox = await startFace();
  const graph = await graphAs(sandbox, await addApplication(sandbox));
  const clientRequestId = "33333333-3333-4333-8333-333333333333";
  const { status, headers, body } = await graph("GET", "/v1.0/applications", undefined, {
    "client-request-id": clientRequestId,
  });
  assert.equal(status, 403);
  assert.deepEqual(body, {
    error: {
      code: "Authorization_RequestDenied",
      message: "Insufficient privileges to complete the operation.",
      innerError: {
        date: "2025-02-14T11:30:00",
        "request-id": headers.get("request-id"),
        "client-request-id": clientRequestId,
      },
    },
  });
});

test("OwnedBy creates applications, reads all, and writes only its own", async () => {
  await using sandbox = await startFace();
  const foreign = await addApplication(sandbox, { displayName: "foreign" });
  const graph = await graphAs(
    sandbox,
    await addApplication(sandbox, { displayName: "rotator", graphRoles: ["Application.ReadWrite.OwnedBy"] }),
  );
  const { body: own } = await graph("POST", "/v1.0/applications", { displayName: "own" });
  assert.equal((await graph("POST", `/v1.0/applications/${own.id}/addPassword`, {})).status, 200);
  assert.equal((await graph("GET", `/v1.0/applications/${foreign.id}`)).status, 200);
  const attempts: [string, string, unknown?][] = [
    ["POST", `/v1.0/applications/${foreign.id}/addPassword`, {}],
    ["POST", `/v1.0/applications/${foreign.id}/removePassword`, { keyId: foreign.keyId }],
    ["PATCH", `/v1.0/applications/${foreign.id}`, { notes: "mine now" }],
    ["DELETE", `/v1.0/applications/${foreign.id}`],
    ["POST", `/v1.0/servicePrincipals/${foreign.principalId}/addPassword`, {}],
  ];
  const before = sandbox.store.state.entra;
  for (const [method, path, body] of attempts) {
    assert.equal((await graph(method, path, body)).status, 403, `${method} ${path}`);
  }
  assert.equal(sandbox.store.state.entra, before, "a refusal has changed something");
});

test("ownership alone is nothing, and so is a permission to read", async () => {
  await using sandbox = await startFace();
  const target = await addApplication(sandbox, { displayName: "target" });
  const reader = await addApplication(sandbox, {
    displayName: "reader",
    graphRoles: ["Application.Read.All"],
  });
  const owner = await addApplication(sandbox, { displayName: "owner" });
  await sandbox.store.update(({ entra }) => {
    for (const { principalId } of [reader, owner]) addOwner(entra, "application", target.id, principalId);
  });
  for (const application of [reader, owner]) {
    const graph = await graphAs(sandbox, application);
    assert.equal((await graph("POST", `/v1.0/applications/${target.id}/addPassword`, {})).status, 403);
  }
});

test("of an owner whom the caller may not read, Graph tells type and id", async () => {
  await using sandbox = await startFace();
  const { id } = await addApplication(sandbox);
  const olga = await addUser(sandbox, "olga");
  await sandbox.store.update(({ entra }) => addOwner(entra, "application", id, olga.id));
  const ownerSeenWith = async (...graphRoles: string[]) => {
    const application = await addApplication(sandbox, { displayName: graphRoles.join(), graphRoles });
    const graph = await graphAs(sandbox, application);
    const { status, body } = await graph(
      "GET",
      `/v1.0/applications/${id}/owners?$select=id,displayName,mail`,
    );
    assert.equal(status, 200);
    return body.value;
  };
  const known = { "@odata.type": "#microsoft.graph.user", id: olga.id };
  assert.deepEqual(await ownerSeenWith("Application.Read.All"), [
    { ...known, displayName: null, mail: null },
  ]);
  assert.deepEqual(await ownerSeenWith("Application.Read.All", "User.Read.All"), [
    { ...known, displayName: olga.displayName, mail: olga.mail },
  ]);
});

test("a directory role gives the right, for the directory or for one application", async () => {
  await using sandbox = await startFace();
  const [first, second] = [await addApplication(sandbox), await addApplication(sandbox)];
  const rotator = await addApplication(sandbox, { displayName: "rotator" });
  const graph = await graphAs(sandbox, rotator);
  const addTo = async ({ id }: { id: string }) =>
    (await graph("POST", `/v1.0/applications/${id}/addPassword`, {})).status;
  assert.deepEqual([await addTo(first), await addTo(second)], [403, 403]);
  const assign = (directoryScopeId: string) =>
    sandbox.store.update(({ entra }) => {
      const roleDefinitionId = "158c047a-c907-4556-b7ef-446551a6b5f7";
      const body = { principalId: rotator.principalId, roleDefinitionId, directoryScopeId };
      createRoleAssignment(entra, body, sandbox.context());
    });
  await assign(`/${first.id}`);
  assert.deepEqual([await addTo(first), await addTo(second)], [200, 403]);
  await assign("/");
  assert.deepEqual([await addTo(first), await addTo(second)], [200, 200]);
});
