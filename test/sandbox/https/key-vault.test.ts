import assert from "node:assert/strict";
import { test } from "node:test";
import { addApplication, addVault, assignRole, VAULT_ROLES } from "../../support/directory.ts";
import { startFace, type TestFace } from "../../support/https-face.ts";
import { appToken } from "../../support/token-endpoint.ts";

async function officer(sandbox: TestFace) {
  const scope = await addVault(sandbox, "sell-kv");
  const application = await addApplication(sandbox);
  const { principalId } = application;
  await assignRole(sandbox, { principalId, role: VAULT_ROLES.secretsOfficer, scope });
  const token = await appToken(sandbox, application, "https://vault.azure.net/.default");
  return async (method: string, path: string, body?: unknown, bearer: string | undefined = token) => {
    const response = await fetch(`${sandbox.face.vaultUri("sell-kv")}${path}`, {
      method,
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  };
}

test("without a token, a vault says where to get one and for what", async () => {
  await using sandbox = await startFace();
  const call = await officer(sandbox);
  const { status, headers, body } = await call("GET", "secrets/s?api-version=7.5", undefined, "");
  assert.equal(status, 401);
  assert.equal(
    headers.get("www-authenticate"),
    `Bearer authorization="${sandbox.face.origin}/${sandbox.tenantId}", resource="https://vault.localhost:${sandbox.face.port}"`,
  );
  assert.deepEqual(body, {
    error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." },
  });
});

test("a token for something else, or past its time, is refused with the reason", async () => {
  await using sandbox = await startFace();
  const call = await officer(sandbox);
  const application = await addApplication(sandbox, { displayName: "other" });
  const forGraph = await appToken(sandbox, application);
  assert.match(
    (await call("GET", "secrets/s?api-version=7.5", undefined, forGraph)).body.error.message,
    /^AKV10022/,
  );
  assert.match(
    (await call("GET", "secrets/s?api-version=7.5", undefined, "x.y.z")).body.error.message,
    /^AKV10001/,
  );
  await sandbox.advance(3_600_000);
  const late = await call("GET", "secrets/s?api-version=7.5");
  assert.match(late.body.error.message, /^AKV10017/);
  assert.match(
    late.headers.get("www-authenticate") ?? "",
    /^Bearer authorization=/,
    "a client that knows no claims challenge",
  );
});

test("bad requests are refused in Key Vault's shape, and change nothing", async () => {
  await using sandbox = await startFace();
  const call = await officer(sandbox);
  await call("PUT", "secrets/s?api-version=7.5", { value: "one" });
  const before = sandbox.store.state.keyVault;
  const cases: [string, string, string, unknown, RegExp][] = [
    ["no version of the API", "GET", "secrets/s", undefined, /The specified version \(\) is not recognized/],
    ["no JSON", "PUT", "secrets/s?api-version=7.5", "{", /not JSON/],
    ["no value", "PUT", "secrets/s?api-version=7.5", {}, /value: /],
    ["a value that is no text", "PUT", "secrets/s?api-version=7.5", { value: 7 }, /value: /],
    [
      "a date that is no date",
      "PUT",
      "secrets/s?api-version=7.5",
      { value: "x", attributes: { exp: "soon" } },
      /attributes\.exp: /,
    ],
    [
      "an end before the start",
      "PUT",
      "secrets/s?api-version=7.5",
      { value: "x", attributes: { exp: 1, nbf: 2 } },
      /exp must be later/,
    ],
    ["a name that cannot be", "PUT", "secrets/a_b?api-version=7.5", { value: "x" }, /invalid name: a_b/],
    ["too long a value", "PUT", "secrets/s?api-version=7.5", { value: "x".repeat(25_601) }, /too long/],
    [
      "too many tags",
      "PUT",
      "secrets/s?api-version=7.5",
      { value: "x", tags: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`t${i}`, ""])) },
      /at most 15 tags/,
    ],
    ["too long a page", "GET", "secrets?api-version=7.5&maxresults=26", undefined, /maxresults: 26/],
  ];
  for (const [what, method, path, body, message] of cases) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, 400, what);
    assert.equal(answer.body.error.code, "BadParameter", what);
    assert.match(answer.body.error.message, message, what);
  }
  assert.equal(sandbox.store.state.keyVault, before);
});

test("a secret is written down as the REST API does", async () => {
  await using sandbox = await startFace();
  const call = await officer(sandbox);
  const { status, headers, body } = await call("PUT", "secrets/s?api-version=7.5", {
    value: "one",
    contentType: "text/plain",
    attributes: { exp: 1_771_068_600, enabled: true },
    tags: { generation: "1" },
  });
  assert.equal(status, 200);
  assert.ok(headers.get("x-ms-request-id"));
  const base = sandbox.face.vaultUri("sell-kv");
  const { id, ...rest } = body;
  assert.match(id, new RegExp(`^${RegExp.escape(base)}secrets/s/[0-9a-f]{32}$`));
  assert.deepEqual(rest, {
    value: "one",
    contentType: "text/plain",
    attributes: {
      enabled: true,
      exp: 1_771_068_600,
      created: 1_739_532_600,
      updated: 1_739_532_600,
      recoveryLevel: "Recoverable+Purgeable",
      recoverableDays: 90,
    },
    tags: { generation: "1" },
  });
  const listed = await call("GET", "secrets?api-version=7.5");
  assert.equal(listed.body.nextLink, null);
  assert.equal(listed.body.value[0].id, `${base}secrets/s`);
  assert.equal(listed.body.value[0].value, undefined, "a list shows a value");
});
