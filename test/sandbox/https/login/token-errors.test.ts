import assert from "node:assert/strict";
import { test } from "node:test";
import { createApplication } from "../../../../sandbox/entra/applications.ts";
import { updateServicePrincipal } from "../../../../sandbox/entra/service-principals.ts";
import { SignInError, signInErrorAnswer } from "../../../../sandbox/https/login/sign-in-error.ts";
import { signInErrors } from "../../../../sandbox/https/login/sign-in-errors.ts";
import { addApplication } from "../../../support/directory.ts";
import { startFace } from "../../../support/https-face.ts";
import { clientCredentialsForm, postToken } from "../../../support/token-endpoint.ts";

test("a refusal has Entra's shape, with ids that name the request and the sandbox clock", async () => {
  await using sandbox = await startFace();
  const { clientId } = await addApplication(sandbox);
  const correlationId = "33333333-3333-4333-8333-333333333333";
  const { status, headers, body } = await postToken(
    sandbox,
    clientCredentialsForm({ clientId, secret: "wrong" }),
    { headers: { "client-request-id": correlationId } },
  );
  assert.equal(status, 401);
  assert.equal(headers.get("client-request-id"), correlationId);
  const traceId = headers.get("x-ms-request-id");
  assert.deepEqual(body, {
    error: "invalid_client",
    error_description:
      "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the " +
      `client secret value, not the client secret ID, for a secret added to app '${clientId}'. ` +
      `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: 2025-02-14 11:30:00Z`,
    error_codes: [7000215],
    timestamp: "2025-02-14 11:30:00Z",
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${sandbox.face.origin}/error?code=7000215`,
  });
});

test("each mistake has its own code, error and status", async () => {
  await using sandbox = await startFace();
  const application = await addApplication(sandbox);
  const disabled = await addApplication(sandbox, { displayName: "disabled" });
  const withoutPrincipal = await sandbox.store.update(({ entra }) => {
    updateServicePrincipal(entra, disabled.principalId, { accountEnabled: false });
    return createApplication(entra, { displayName: "no principal" }, sandbox.context()).appId;
  });
  const good = clientCredentialsForm(application);
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));
  const unknownId = "99999999-9999-4999-8999-999999999999";

  const cases: [string, Record<string, string>, { tenant?: string }, number, string, number][] = [
    ["another tenant", good, { tenant: unknownId }, 400, "invalid_request", 90002],
    ["no tenant in particular", good, { tenant: "common" }, 400, "invalid_request", 50059],
    ["no grant type", without("grant_type"), {}, 400, "invalid_request", 900144],
    ["an unheard-of grant type", { ...good, grant_type: "magic" }, {}, 400, "unsupported_grant_type", 70003],
    ["no client id", without("client_id"), {}, 400, "invalid_request", 900144],
    ["no such client", { ...good, client_id: unknownId }, {}, 400, "unauthorized_client", 700016],
    ["a disabled client", clientCredentialsForm(disabled), {}, 400, "unauthorized_client", 7000112],
    ["no service principal", { ...good, client_id: withoutPrincipal }, {}, 401, "invalid_client", 7000229],
    ["no credential", without("client_secret"), {}, 401, "invalid_client", 7000218],
    ["an empty secret", { ...good, client_secret: "" }, {}, 401, "invalid_client", 7000218],
    ["a wrong secret", { ...good, client_secret: "wrong" }, {}, 401, "invalid_client", 7000215],
    [
      "the key id for a secret",
      { ...good, client_secret: application.keyId },
      {},
      401,
      "invalid_client",
      7000215,
    ],
    ["no scope", without("scope"), {}, 400, "invalid_request", 900144],
    [
      "a delegated scope",
      { ...good, scope: "https://graph.microsoft.com/Mail.Send" },
      {},
      400,
      "invalid_scope",
      1002012,
    ],
    ["two scopes", { ...good, scope: "a/.default b/.default" }, {}, 400, "invalid_scope", 70011],
    ["no such resource", { ...good, scope: "api://nothing/.default" }, {}, 400, "invalid_resource", 500011],
    [
      "an assertion that is none",
      {
        ...without("client_secret"),
        client_assertion: "x",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      },
      {},
      401,
      "invalid_client",
      50027,
    ],
  ];
  for (const [what, form, options, status, error, code] of cases) {
    const answer = await postToken(sandbox, form, options);
    assert.deepEqual(
      [answer.status, answer.body.error, answer.body.error_codes],
      [status, error, [code]],
      `${what}: ${answer.body.error_description}`,
    );
    assert.match(String(answer.body.error_description), new RegExp(`^AADSTS${code}: `), what);
  }
  assert.equal((await postToken(sandbox, good)).status, 200);
});

test("a parameter given twice is refused", async () => {
  await using sandbox = await startFace();
  const { face, tenantId } = sandbox;
  const response = await fetch(`${face.origin}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: "grant_type=client_credentials&grant_type=refresh_token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assert.equal(response.status, 400);
  assert.deepEqual(((await response.json()) as { error_codes: number[] }).error_codes, [9002313]);
});

test("id and secret may come in the Authorization header", async () => {
  await using sandbox = await startFace();
  const { clientId, secret } = await addApplication(sandbox);
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString(
    "base64",
  );
  const { status } = await postToken(
    sandbox,
    { grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" },
    { headers: { authorization: `Basic ${basic}` } },
  );
  assert.equal(status, 200);
});

test("a grant that exists in Entra and not here is named, and fails the run", async () => {
  await using sandbox = await startFace();
  const { status, body } = await postToken(sandbox, { grant_type: "password" });
  assert.equal(status, 501);
  assert.match(String(body.error_description), /grant type password/);
  assert.deepEqual(sandbox.unsupported, ["token endpoint: grant type password"]);
  sandbox.unsupported.length = 0;
});

test("throttling, for faults, is temporarily_unavailable with Retry-After", () => {
  const answer = signInErrorAnswer(signInErrors.throttled(60), {
    request: { id: "r", headers: {} },
    nowMs: 0,
    origin: "https://localhost:1",
  });
  assert.equal(answer.status, 429);
  assert.equal(answer.headers?.["retry-after"], "60");
  const body = JSON.parse(String(answer.body)) as Record<string, unknown>;
  assert.equal(body.error, "temporarily_unavailable");
  assert.deepEqual(body.error_codes, [90055]);
});

test("every refusal in the list says its code once", () => {
  for (const [name, make] of Object.entries(signInErrors)) {
    const error = Reflect.apply(make, undefined, [400, "b", "c"]) as unknown;
    assert.ok(error instanceof SignInError, name);
    assert.match(error.message, new RegExp(`^AADSTS${error.args.code}: [A-Z]`), name);
    assert.ok(error.args.status >= 400 && error.args.status < 600, name);
  }
});
