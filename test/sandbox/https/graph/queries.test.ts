import assert from "node:assert/strict";
import { test } from "node:test";
import { createFederatedCredential } from "../../../../sandbox/entra/federated-credentials.ts";
import { addOwner } from "../../../../sandbox/entra/references.ts";
import { addApplication, addUser } from "../../../support/directory.ts";
import { type GraphResponse, graphAs } from "../../../support/graph-caller.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";

const readerOf = async (sandbox: TestFace) =>
  graphAs(
    sandbox,
    await addApplication(sandbox, {
      displayName: "reader",
      graphRoles: ["Application.ReadWrite.All", "Directory.Read.All", "AuditLog.Read.All"],
    }),
  );

const EVENTUAL = { consistencylevel: "eventual" };
const namesIn = (body: { value: { displayName: string }[] }) =>
  body.value.map(({ displayName }) => displayName);

test("pages follow one another without gap or repetition, also while entries vanish", async () => {
  await using sandbox = await startFace();
  const graph = await readerOf(sandbox);
  const made = [];
  for (let i = 0; i < 12; i++) made.push(await addApplication(sandbox, { displayName: `app ${i}` }));
  const seen: string[] = [];
  let path: string | undefined = "/v1.0/applications?$top=5&$select=id&$filter=startswith(displayName,'app')";
  for (let page = 0; path !== undefined; page++) {
    const { body }: GraphResponse = await graph("GET", path);
    seen.push(...body.value.map(({ id }: { id: string }) => id));
    path = body["@odata.nextLink"];
    if (page === 0) {
      // The last entry that was shown goes away before the next page is asked for.
      await graph("DELETE", `/v1.0/applications/${made[4]?.id}`);
    }
  }
  assert.deepEqual(
    seen,
    made.map(({ id }) => id),
  );
  assert.equal((await graph("GET", "/v1.0/applications?$top=0")).status, 400);
  assert.equal((await graph("GET", "/v1.0/applications?$top=1000")).status, 400);
  assert.equal((await graph("GET", "/v1.0/applications?$skiptoken=rubbish")).status, 400);
});

test("what the audit asks for: counts, owners, federated credentials, dates, the report of uses", async () => {
  await using sandbox = await startFace();
  const user = await addUser(sandbox);
  const owned = await addApplication(sandbox, { displayName: "owned" });
  const federated = await addApplication(sandbox, { displayName: "federated" });
  await sandbox.store.update(({ entra }) => {
    addOwner(entra, "application", owned.id, user.id);
    const body = { name: "ci", issuer: "https://i.example", subject: "s", audiences: ["a"] };
    createFederatedCredential(entra, federated.id, body, sandbox.context());
  });
  await sandbox.advance(86_400_000);
  await addApplication(sandbox, { displayName: "late" });
  const graph = await readerOf(sandbox);
  const find = async (filter: string, headers: Record<string, string> = EVENTUAL) => {
    const query = `$filter=${encodeURIComponent(filter)}&$count=true`;
    return namesIn((await graph("GET", `/v1.0/applications?${query}`, undefined, headers)).body).toSorted();
  };
  assert.deepEqual(await find("owners/$count ne 0"), ["owned"]);
  assert.deepEqual(await find(`owners/any(o:o/id eq '${user.id}')`), ["owned"]);
  assert.deepEqual(await find("federatedIdentityCredentials/$count ne 0"), ["federated"]);
  assert.deepEqual(await find("createdDateTime ge 2025-02-15T11:30:00.000Z", {}), ["late", "reader"]);
  assert.deepEqual(
    await find("createdDateTime le 2025-02-14T11:30:00.000Z and createdDateTime ge 2025-02-14T11:30:00Z", {}),
    ["federated", "keyturn-deployer", "owned"],
  );
  assert.deepEqual(await find("createdDateTime eq null"), []);
  const refused = await graph(
    "GET",
    `/v1.0/applications?$filter=${encodeURIComponent("owners/$count eq 0")}`,
  );
  assert.equal(refused.body.error.code, "Request_UnsupportedQuery");
  assert.equal((await graph("GET", "/v1.0/applications/$count", undefined, EVENTUAL)).body, "5");
  assert.equal((await graph("GET", "/v1.0/applications/$count")).status, 400);

  const report = await graph("GET", "/beta/reports/appCredentialSignInActivities?$top=999");
  const uses = new Map(
    report.body.value.map((use: { keyId: string; signInActivity: unknown }) => [
      use.keyId,
      use.signInActivity,
    ]),
  );
  assert.equal(uses.get(owned.keyId), null);
  const readerKey = report.body.value.find(
    ({ signInActivity }: { signInActivity: unknown }) => signInActivity !== null,
  );
  assert.equal(readerKey.signInActivity.lastSignInDateTime, "2025-02-15T11:30:00Z");
});

test("an unknown query option is named, not ignored", async () => {
  await using sandbox = await startFace();
  const graph = await readerOf(sandbox);
  const { status, body } = await graph("GET", "/v1.0/applications?$search=x");
  assert.equal(status, 501);
  assert.match(body.error.message, /query option \$search/);
  assert.deepEqual(sandbox.unsupported, ["Microsoft Graph: query option $search"]);
  sandbox.unsupported.length = 0;
});

test("an unknown or read-only property is refused with its name, and nothing is changed", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  const graph = await readerOf(sandbox);
  const before = sandbox.store.state.entra;
  const { status, body } = await graph("PATCH", `/v1.0/applications/${application.id}`, {
    dispalyName: "typo",
    appId: "mine",
    displayName: "new",
  });
  assert.equal(status, 400);
  assert.match(body.error.message, /'dispalyName' does not exist/);
  assert.match(body.error.message, /'appId' is read-only/);
  const wrongTypes = await graph("POST", "/v1.0/applications", { displayName: 7, signInAudience: false });
  assert.match(wrongTypes.body.error.message, /'displayName'.*'signInAudience'/);
  const notJson = await fetch(`${sandbox.face.origin}/v1.0/applications`, { method: "POST", body: "{" });
  assert.equal(notJson.status, 401, "who one is comes first");
  assert.equal(sandbox.store.state.entra, before);
});

test("a batch answers each request, in order where they depend on each other", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  const graph = await readerOf(sandbox);
  const { body } = await graph("POST", "/v1.0/$batch", {
    requests: [
      { id: "1", method: "GET", url: `/applications/${application.id}?$select=displayName` },
      { id: "2", method: "GET", url: "/applications/00000000-0000-4000-8000-000000000000" },
      {
        id: "3",
        method: "PATCH",
        url: `/applications/${application.id}`,
        body: { notes: "n" },
        headers: { "Content-Type": "application/json" },
        dependsOn: ["1"],
      },
      { id: "4", method: "GET", url: "/organization", dependsOn: ["2"] },
    ],
  });
  const statuses = body.responses.map(({ id, status }: { id: string; status: number }) => [id, status]);
  assert.deepEqual(statuses, [
    ["1", 200],
    ["2", 404],
    ["3", 204],
    ["4", 424],
  ]);
  assert.equal(body.responses[0].body.displayName, "mailman");
  const tooMany = Array.from({ length: 21 }, (_, i) => ({
    id: String(i),
    method: "GET",
    url: "/organization",
  }));
  assert.equal((await graph("POST", "/v1.0/$batch", { requests: tooMany })).status, 400);
  const twice = [tooMany[0], tooMany[0]];
  assert.equal((await graph("POST", "/v1.0/$batch", { requests: twice })).status, 400);
});

test("delta: everything at first, then what changed, then what went away", async () => {
  await using sandbox = await startFace();
  const graph = await readerOf(sandbox);
  const kept = await addApplication(sandbox, { displayName: "kept" });
  const gone = await addApplication(sandbox, { displayName: "gone" });
  const first = await graph("GET", "/v1.0/applications/delta");
  assert.equal(first.body.value.length, Object.keys(sandbox.store.state.entra.applications).length);
  const quiet = await graph("GET", first.body["@odata.deltaLink"]);
  assert.deepEqual(quiet.body.value, []);
  await graph("PATCH", `/v1.0/applications/${kept.id}`, { notes: "changed" });
  await graph("DELETE", `/v1.0/applications/${gone.id}`);
  const later = await graph("GET", quiet.body["@odata.deltaLink"]);
  assert.deepEqual(
    later.body.value.map((entry: Record<string, unknown>) => [entry.id, entry["@removed"] ?? entry.notes]),
    [
      [kept.id, "changed"],
      [gone.id, { reason: "changed" }],
    ],
  );
  assert.equal((await graph("GET", "/v1.0/applications/delta?$deltatoken=rubbish")).status, 400);
});

test("a deleted application can be restored for 30 days, with its secrets and its service principal", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  const graph = await readerOf(sandbox);
  await graph("DELETE", `/v1.0/applications/${application.id}`);
  assert.equal((await graph("GET", `/v1.0/servicePrincipals/${application.principalId}`)).status, 404);
  const listed = await graph("GET", "/v1.0/directory/deletedItems/microsoft.graph.application");
  assert.deepEqual(namesIn(listed.body), ["mailman"]);
  assert.equal(listed.body.value[0].deletedDateTime, "2025-02-14T11:30:00Z");
  assert.equal((await graph("POST", `/v1.0/directory/deletedItems/${application.id}/restore`)).status, 200);
  await graphAs(sandbox, application);

  await graph("DELETE", `/v1.0/applications/${application.id}`);
  await sandbox.advance(30 * 86_400_000);
  const late = await readerOf(sandbox);
  assert.equal((await late("POST", `/v1.0/directory/deletedItems/${application.id}/restore`)).status, 404);
});
