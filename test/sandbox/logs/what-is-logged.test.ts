import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogRow } from "../../../sandbox/logs/state.ts";
import { addApplication, addUser, addVault, assignRole, VAULT_ROLES } from "../../support/directory.ts";
import { FACE_SUBSCRIPTION_ID, startFace, type TestFace } from "../../support/https-face.ts";
import { appToken, clientCredentialsForm, postToken } from "../../support/token-endpoint.ts";
import { PORTAL, userVaultToken } from "../../support/vault-user.ts";

const PROVIDERS = `/subscriptions/${FACE_SUBSCRIPTION_ID}/resourceGroups/sell/providers`;
const WORKSPACE_ID = `${PROVIDERS}/Microsoft.OperationalInsights/workspaces/logs`;
const SIGN_IN_CATEGORIES = ["SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs"];

/** Writes a resource, as the control plane would. */
async function put({ store }: TestFace, id: string, type: string, properties: Record<string, unknown> = {}) {
  const at = "2025-01-01T00:00:00Z";
  const name = id.split("/").at(-1) ?? "";
  const rest = { location: null, tags: {}, extra: {}, hidden: {}, createdAt: at, updatedAt: at };
  await store.update(({ arm }) => {
    arm.resources[id.toLowerCase()] = { id, type, name, properties, ...rest };
  });
}

function rows({ store }: TestFace, table: string): readonly LogRow[] {
  return store.state.logs.workspaces[WORKSPACE_ID.toLowerCase()]?.[table] ?? [];
}

async function workspace(sandbox: TestFace): Promise<void> {
  await put(sandbox, WORKSPACE_ID, "Microsoft.OperationalInsights/workspaces");
}

function vaultSetting(sandbox: TestFace, vaultId: string, over: Record<string, unknown> = {}) {
  const id = `${vaultId}/providers/Microsoft.Insights/diagnosticSettings/keyturn`;
  return put(sandbox, id, "Microsoft.Insights/diagnosticSettings", {
    workspaceId: WORKSPACE_ID,
    logAnalyticsDestinationType: "Dedicated",
    logs: [{ categoryGroup: "audit", enabled: true }],
    ...over,
  });
}

function signInSetting(sandbox: TestFace, categories = SIGN_IN_CATEGORIES) {
  return put(
    sandbox,
    "/providers/microsoft.aadiam/diagnosticSettings/all",
    "microsoft.aadiam/diagnosticSettings",
    {
      workspaceId: WORKSPACE_ID,
      logs: categories.map((category) => ({ category, enabled: true })),
    },
  );
}

test("a vault's audit log tells who did what to which secret, and what was refused; never a value", async () => {
  await using sandbox = await startFace();
  await workspace(sandbox);
  const scope = await addVault(sandbox, "sell-kv");
  await vaultSetting(sandbox, scope);
  const service = await addApplication(sandbox);
  await assignRole(sandbox, { principalId: service.principalId, role: VAULT_ROLES.secretsOfficer, scope });
  const portal = await addApplication(sandbox, { displayName: "portal", properties: PORTAL });
  const kim = await addUser(sandbox, "kim");
  const authority = `${sandbox.face.origin}/${sandbox.tenantId}`;
  const person = await userVaultToken(authority, portal, kim.userPrincipalName);
  const serviceToken = await appToken(sandbox, service, "https://vault.azure.net/.default");
  const call = (method: string, path: string, token?: string, value?: string) =>
    fetch(`${sandbox.face.vaultUri("sell-kv")}${path}?api-version=7.6`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(value === undefined ? {} : { body: JSON.stringify({ value }) }),
    });

  await call("GET", "secrets/mailman");
  await call("PUT", "secrets/mailman", serviceToken, "hush-hush");
  await call("GET", "secrets/mailman", serviceToken);
  await call("GET", "secrets/mailman", person.accessToken);
  await call("GET", "secrets/nothing", serviceToken);
  await call("GET", "secrets", serviceToken);

  const claim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
  const found = rows(sandbox, "AZKVAuditLogs").map(({ OperationName, ResultSignature, Identity }) => {
    const claims = (Identity as { claim?: Record<string, string> } | null)?.claim;
    return [OperationName, ResultSignature, claims?.[claim] ?? claims?.appid ?? null];
  });
  assert.deepEqual(found, [
    ["SecretGet", "Unauthorized", null],
    ["SecretSet", "OK", service.clientId],
    ["SecretGet", "OK", service.clientId],
    ["SecretGet", "Forbidden", kim.userPrincipalName],
    ["SecretGet", "Not Found", service.clientId],
    ["SecretList", "OK", service.clientId],
  ]);
  const [, set] = rows(sandbox, "AZKVAuditLogs");
  assert.equal(set?.TimeGenerated, sandbox.clock.nowMs());
  assert.match(
    String(set?.RequestUri),
    /^https:\/\/sell-kv\.vault\.localhost:\d+\/secrets\/mailman\?api-version=7\.6$/,
  );
  assert.equal(set?._ResourceId, scope.toLowerCase());
  assert.ok(!JSON.stringify(sandbox.store.state.logs).includes("hush-hush"));
});

test("a vault's log goes nowhere without a setting that asks for it in its own table", async () => {
  await using sandbox = await startFace();
  await workspace(sandbox);
  const scope = await addVault(sandbox, "sell-kv");
  const other = await addVault(sandbox, "sell-kv2");
  const read = () => fetch(`${sandbox.face.vaultUri("sell-kv")}secrets/s?api-version=7.6`);
  await read();
  await vaultSetting(sandbox, other);
  await read();
  await vaultSetting(sandbox, scope, { logAnalyticsDestinationType: "AzureDiagnostics" });
  await read();
  await vaultSetting(sandbox, scope, { logs: [{ categoryGroup: "audit", enabled: false }] });
  await read();
  await vaultSetting(sandbox, scope, { workspaceId: `${WORKSPACE_ID}-gone` });
  await read();
  assert.deepEqual(rows(sandbox, "AZKVAuditLogs"), []);
  await vaultSetting(sandbox, scope, { logs: [{ category: "AuditEvent", enabled: true }] });
  await read();
  assert.equal(rows(sandbox, "AZKVAuditLogs").length, 1);
});

test("sign-ins are logged in the table of their kind, refused ones with Entra's number", async () => {
  await using sandbox = await startFace();
  await workspace(sandbox);
  await signInSetting(sandbox);
  const application = await addApplication(sandbox, {
    properties: PORTAL,
    password: { endDateTime: "2025-02-14T12:00:00Z" },
  });
  const kim = await addUser(sandbox, "kim");
  const { clientId: AppId, secret } = application;
  const result = (table: string) =>
    rows(sandbox, table).map(({ AppId: id, ResultType, UserPrincipalName = "" }) => [
      id,
      ResultType,
      UserPrincipalName,
    ]);

  await postToken(sandbox, clientCredentialsForm(application));
  await postToken(sandbox, clientCredentialsForm({ ...application, secret: "wrong" }));
  const authority = `${sandbox.face.origin}/${sandbox.tenantId}`;
  const { refreshToken } = await userVaultToken(authority, application, kim.userPrincipalName);
  const refresh = {
    grant_type: "refresh_token",
    client_id: AppId,
    client_secret: secret,
    refresh_token: refreshToken,
  };
  await postToken(sandbox, refresh);
  await sandbox.advance(30 * 60_000);
  await postToken(sandbox, refresh);
  await postToken(sandbox, clientCredentialsForm(application));
  await postToken(
    sandbox,
    clientCredentialsForm({ clientId: "99999999-9999-4999-8999-999999999999", secret }),
  );
  await postToken(sandbox, { grant_type: "client_credentials" });

  assert.deepEqual(result("AADServicePrincipalSignInLogs"), [
    [AppId, "0", ""],
    [AppId, "7000215", ""],
    [AppId, "7000222", ""],
  ]);
  assert.deepEqual(result("SigninLogs"), [[AppId, "0", kim.userPrincipalName]]);
  assert.deepEqual(result("AADNonInteractiveUserSignInLogs"), [
    [AppId, "0", kim.userPrincipalName],
    [AppId, "7000222", kim.userPrincipalName],
  ]);
  const logs = JSON.stringify(sandbox.store.state.logs);
  assert.ok(!logs.includes(secret) && !logs.includes(refreshToken) && !logs.includes("wrong"));
});

test("of sign-ins only those kinds are logged that were asked for", async () => {
  await using sandbox = await startFace();
  await workspace(sandbox);
  const application = await addApplication(sandbox);
  await postToken(sandbox, clientCredentialsForm(application));
  await signInSetting(sandbox, ["SignInLogs"]);
  await postToken(sandbox, clientCredentialsForm(application));
  assert.deepEqual(sandbox.store.state.logs.workspaces, {});
});
