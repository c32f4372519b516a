import assert from "node:assert/strict";
import { test } from "node:test";
import { createApplication } from "../../../../sandbox/entra/applications.ts";
import { createServicePrincipal } from "../../../../sandbox/entra/service-principals.ts";
import { updateUser } from "../../../../sandbox/entra/users.ts";
import { addUser } from "../../../support/directory.ts";
import { startFace, type TestFace } from "../../../support/https-face.ts";
import { resultIn } from "../../../support/sign-in-page.ts";

const REDIRECT_URI = "https://sell.example/connected";

async function appWith(sandbox: TestFace, displayName: string, redirectUris = [REDIRECT_URI]) {
  return sandbox.store.update(({ entra }) => {
    const { appId } = createApplication(
      entra,
      { displayName, properties: { web: { redirectUris } } },
      sandbox.context(),
    );
    createServicePrincipal(entra, { appId }, sandbox.context());
    return appId;
  });
}

function open({ face, tenantId }: TestFace, query: Record<string, string>): Promise<Response> {
  const url = `${face.origin}/${tenantId}/oauth2/v2.0/authorize?${new URLSearchParams(query)}`;
  return fetch(url, { redirect: "manual" });
}

const query = (clientId: string, more: Record<string, string> = {}) => ({
  client_id: clientId,
  response_type: "code",
  redirect_uri: REDIRECT_URI,
  scope: "https://graph.microsoft.com/Mail.Send offline_access",
  ...more,
});

test("the page names the application, what it asks for and who can sign in, and escapes all of it", async () => {
  await using sandbox = await startFace();
  const clientId = await appWith(sandbox, '<script>alert("x")</script>');
  await addUser(sandbox, "mia");
  const gone = await addUser(sandbox, "gone");
  await sandbox.store.update(({ entra }) => void updateUser(entra, gone.id, { accountEnabled: false }));
  const response = await open(sandbox, query(clientId, { state: '"><img src=x>', nonce: "n" }));
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
  assert.ok(!html.includes("<script>") && !html.includes("<img"), html);
  assert.ok(html.includes("mia@sandbox.onmicrosoft.com"));
  assert.ok(!html.includes("gone@sandbox.onmicrosoft.com"), "a disabled account is offered");
  assert.ok(html.includes("https://graph.microsoft.com/Mail.Send"));
});

test("a redirect URI that is not registered is never redirected to", async () => {
  await using sandbox = await startFace();
  const clientId = await appWith(sandbox, "mailman");
  for (const redirect of [
    "https://evil.example/",
    `${REDIRECT_URI}/more`,
    "http://sell.example/connected",
    "",
  ]) {
    const response = await open(sandbox, query(clientId, { redirect_uri: redirect }));
    assert.equal(response.status, 400, redirect);
    assert.equal(response.headers.get("location"), null);
    assert.match(await response.text(), /AADSTS(50011|900144): /);
  }
  const unknown = await open(sandbox, query("99999999-9999-4999-8999-999999999999"));
  assert.match(await unknown.text(), /AADSTS700016: /);
});

test("on http://localhost any port will do", async () => {
  await using sandbox = await startFace();
  const clientId = await appWith(sandbox, "tool", ["http://localhost/back"]);
  const statusOf = async (redirect: string) =>
    (await open(sandbox, query(clientId, { redirect_uri: redirect }))).status;
  assert.equal(await statusOf("http://localhost:49152/back"), 200);
  assert.equal(await statusOf("http://localhost:49152/other"), 400);
  assert.equal(await statusOf("https://localhost:49152/back"), 400);
});

test("a bad scope is told to the application, with its state", async () => {
  await using sandbox = await startFace();
  const clientId = await appWith(sandbox, "mailman");
  const refusal = async (scope: string) =>
    resultIn(await open(sandbox, query(clientId, { scope, state: "s" })));
  const unknown = await refusal("https://graph.microsoft.com/No.Such");
  assert.deepEqual([unknown.error, unknown.state], ["invalid_scope", "s"]);
  assert.match(unknown.errorDescription ?? "", /^AADSTS70011: /);
  const two = await refusal("https://graph.microsoft.com/Mail.Send https://outlook.office.com/SMTP.Send");
  assert.match(two.errorDescription ?? "", /^AADSTS28000: /);
  const resource = await refusal("api://nothing/x");
  assert.match(resource.errorDescription ?? "", /^AADSTS500011: /);
});

test("the code comes back in the query, in the fragment or in a form, as asked", async () => {
  await using sandbox = await startFace();
  const clientId = await appWith(sandbox, "mailman");
  const user = await addUser(sandbox);
  const submit = async (mode: string) => {
    const url = `${sandbox.face.origin}/${sandbox.tenantId}/oauth2/v2.0/authorize`;
    const body = new URLSearchParams({
      ...query(clientId, { response_mode: mode, state: "s" }),
      username: user.userPrincipalName,
    });
    return fetch(url, { method: "POST", body, redirect: "manual" });
  };
  assert.match((await submit("query")).headers.get("location") ?? "", /\/connected\?code=.+&state=s$/);
  assert.match((await submit("fragment")).headers.get("location") ?? "", /\/connected#code=.+&state=s$/);
  const form = await (await submit("form_post")).text();
  assert.match(form, /<form method="post" action="https:\/\/sell\.example\/connected">/);
  assert.match(form, /name="code" value=".+"/);
  assert.equal((await submit("smoke_signal")).status, 400);
});
