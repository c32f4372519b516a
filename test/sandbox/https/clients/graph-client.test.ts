import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientSecretCredential } from "@azure/identity";
import { Client, GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { addApplication, addUser, type TestApplication } from "../../../support/directory.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";

/** A client of this cloud's Graph, with the library's own authentication. */
function graphOf(
  { face, tenantId }: TestFace,
  { clientId, secret }: Pick<TestApplication, "clientId" | "secret">,
) {
  const credential = new ClientSecretCredential(tenantId, clientId, secret, {
    authorityHost: face.origin,
    disableInstanceDiscovery: true,
  });
  const authProvider = new TokenCredentialAuthenticationProvider(credential, {
    scopes: ["https://graph.microsoft.com/.default"],
  });
  return Client.initWithMiddleware({
    baseUrl: face.origin,
    customHosts: new Set(["localhost"]),
    authProvider,
  });
}

const deployerOf = (sandbox: TestFace) =>
  graphOf(sandbox, { clientId: sandbox.deployer.clientId, secret: sandbox.deployer.clientSecret });

test("an application's life: made, given a secret that works, rotated, deleted, restored", async () => {
  await using sandbox = await startFace();
  const graph = deployerOf(sandbox);
  const application = await graph.api("/applications").post({
    displayName: "mailman-office365",
    web: { redirectUris: ["https://sell.example/connected"] },
    requiredResourceAccess: [
      {
        resourceAppId: "00000002-0000-0ff1-ce00-000000000000",
        resourceAccess: [{ id: "7146a1f0-8703-45b3-9eae-527a64c00995", type: "Role" }],
      },
    ],
  });
  assert.match(application.id, /^[0-9a-f-]{36}$/);
  await graph.api("/servicePrincipals").post({ appId: application.appId });

  const added = await graph.api(`/applications/${application.id}/addPassword`).post({
    passwordCredential: { displayName: "a 1", endDateTime: "2025-08-14T00:00:00Z" },
  });
  assert.match(added.secretText, /^.{3}8Q~.{34}$/);
  assert.equal(added.endDateTime, "2025-08-14T00:00:00Z");
  const again = await graph.api(`/applications/${application.id}`).get();
  assert.equal(again.passwordCredentials[0].secretText, null);
  assert.equal(again.passwordCredentials[0].hint, added.secretText.slice(0, 3));
  assert.ok(!JSON.stringify(sandbox.store.state).includes(added.secretText), "the secret is kept in clear");

  const own = graphOf(sandbox, { clientId: application.appId, secret: added.secretText });
  await assert.rejects(own.api("/applications").get(), { statusCode: 403 });

  await graph.api(`/applications/${application.id}/removePassword`).post({ keyId: added.keyId });
  const gone = graphOf(sandbox, { clientId: application.appId, secret: added.secretText });
  await assert.rejects(gone.api("/organization").get());

  await graph.api(`/applications/${application.id}`).delete();
  await assert.rejects(graph.api(`/applications/${application.id}`).get(), (error: unknown) => {
    return (
      error instanceof GraphError && error.code === "Request_ResourceNotFound" && error.statusCode === 404
    );
  });
});

test("PageIterator follows every page", async () => {
  await using sandbox = await startFace();
  const graph = deployerOf(sandbox);
  for (let i = 0; i < 25; i++) await addApplication(sandbox, { displayName: `app ${i}` });
  const first = await graph.api("/applications").top(10).filter("startswith(displayName,'app ')").get();
  assert.equal(first.value.length, 10);
  const names: string[] = [];
  await new PageIterator(graph, first, (application: { displayName: string }) => {
    names.push(application.displayName);
    return true;
  }).iterate();
  assert.equal(new Set(names).size, 25);
});

test("queries: filter, select, count, order", async () => {
  await using sandbox = await startFace();
  const graph = deployerOf(sandbox);
  await addApplication(sandbox, { displayName: "B", properties: { tags: ["keyturn"] } });
  await addApplication(sandbox, { displayName: "a", properties: { tags: ["keyturn"] } });
  await addApplication(sandbox, { displayName: "c" });
  const tagged = await graph
    .api("/applications")
    .header("ConsistencyLevel", "eventual")
    .filter("tags/any(t:t eq 'keyturn')")
    .select("displayName")
    .orderby("displayName")
    .count(true)
    .get();
  assert.equal(tagged["@odata.count"], 2);
  assert.deepEqual(
    tagged.value.map((each: object) => Object.keys(each).toSorted()),
    [
      ["displayName", "id"],
      ["displayName", "id"],
    ],
  );
  assert.deepEqual(
    tagged.value.map(({ displayName }: { displayName: string }) => displayName),
    ["a", "B"],
  );
  await assert.rejects(graph.api("/applications").filter("displayName ne 'a'").get(), {
    code: "Request_UnsupportedQuery",
  });
});

test("groups: members and owners by reference", async () => {
  await using sandbox = await startFace();
  const graph = deployerOf(sandbox);
  const user = await addUser(sandbox);
  const reference = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${user.id}` };
  const group = await graph.api("/groups").post({
    displayName: "sell-responders",
    mailEnabled: false,
    mailNickname: "sell-responders",
    securityEnabled: true,
    "owners@odata.bind": [reference["@odata.id"]],
  });
  await graph.api(`/groups/${group.id}/members/$ref`).post(reference);
  await assert.rejects(graph.api(`/groups/${group.id}/members/$ref`).post(reference), { statusCode: 400 });
  const members = await graph.api(`/groups/${group.id}/members`).get();
  assert.deepEqual(
    members.value.map(({ id, "@odata.type": type }: Record<string, unknown>) => [id, type]),
    [[user.id, "#microsoft.graph.user"]],
  );
  const memberOf = await graph.api(`/users/${user.id}/memberOf`).get();
  assert.equal(memberOf.value[0].id, group.id);
  await graph.api(`/groups/${group.id}/members/${user.id}/$ref`).delete();
  assert.deepEqual((await graph.api(`/groups/${group.id}/members`).get()).value, []);
});

test("sendMail is accepted from who may, and listed afterwards", async () => {
  await using sandbox = await startFace();
  const sender = await addUser(sandbox, "mailman");
  const receiver = await addUser(sandbox, "customer");
  const graph = graphOf(sandbox, await addApplication(sandbox, { graphRoles: ["Mail.Send", "Mail.Read"] }));
  const message = {
    subject: "Your quote",
    body: { contentType: "Text", content: "It is attached." },
    toRecipients: [{ emailAddress: { address: receiver.mail } }],
  };
  await graph.api(`/users/${sender.userPrincipalName}/sendMail`).post({ message });
  const inbox = await graph.api(`/users/${receiver.id}/mailFolders/inbox/messages`).get();
  assert.equal(inbox.value[0].subject, "Your quote");
  assert.equal(inbox.value[0].from.emailAddress.address, sender.mail);
  assert.equal(inbox.value[0].receivedDateTime, "2025-02-14T11:30:00Z");
  const sent = await graph.api(`/users/${sender.id}/mailFolders/sentitems/messages`).get();
  assert.equal(sent.value.length, 1);

  const other = graphOf(sandbox, await addApplication(sandbox, { displayName: "other" }));
  await assert.rejects(other.api(`/users/${sender.id}/sendMail`).post({ message }), {
    statusCode: 403,
    code: "ErrorAccessDenied",
  });
  await assert.rejects(
    graph.api(`/users/${sender.id}/sendMail`).post({ message: { ...message, toRecipients: [] } }),
    { statusCode: 400, code: "ErrorInvalidRecipients" },
  );
  await assert.rejects(graph.api("/users/nobody@sandbox.onmicrosoft.com/sendMail").post({ message }), {
    statusCode: 404,
    code: "ErrorInvalidUser",
  });
});
