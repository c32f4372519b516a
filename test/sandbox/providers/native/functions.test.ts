import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NativeProviderArgs } from "../../../../sandbox/providers/native/provider.ts";
import type { Properties } from "../../../../sandbox/providers/provider.ts";
import { GROUP, NativeFixture, refused, SUBSCRIPTION_ID, TENANT_ID, VAULT } from "./native-fixture.ts";

const DEPLOYER = {
  clientId: "cccccccc-0000-4000-8000-000000000001",
  principalId: "cccccccc-0000-4000-8000-000000000002",
};

function call(fixture: NativeFixture, token: string, args: Properties = {}) {
  return fixture.provider.invoke({ token: `azure-native:${token}`, args });
}

async function withSecret(args: Partial<NativeProviderArgs> = {}) {
  const fixture = new NativeFixture(args);
  const group = await fixture.group();
  const vault = await fixture.vault();
  const secret = await fixture.declare("keyvault:Secret", "mailman", {
    resourceGroupName: "sell",
    vaultName: "sell-vault",
    properties: { value: "s3cret", attributes: { expires: 1755084600 } },
    tags: { slot: "a", generation: "1" },
  });
  return { fixture, group, vault, secret };
}

describe("keyvault:getSecret", () => {
  const args = { resourceGroupName: "sell", vaultName: "sell-vault", secretName: "mailman" };

  it("gives what the resource itself gives, and never the value", async () => {
    const { fixture, secret } = await withSecret();
    const { result, failures } = await call(fixture, "keyvault:getSecret", args);
    assert.deepEqual(failures, []);
    assert.deepEqual(result, secret.outputs);
    assert.equal(JSON.stringify(result).includes("s3cret"), false);
  });

  it("shows the newest version, whoever wrote it", async () => {
    const { fixture, secret } = await withSecret();
    const news = {
      resourceGroupName: "sell",
      vaultName: "sell-vault",
      properties: { value: "two" },
      tags: { slot: "b" },
    };
    const { outputs } = await fixture.update(secret, news);
    assert.deepEqual((await call(fixture, "keyvault:getSecret", args)).result, outputs);
  });

  it("tells no secret, no vault and no resource group apart", async () => {
    const { fixture } = await withSecret();
    const of = (change: Properties) => call(fixture, "keyvault:getSecret", { ...args, ...change });
    await refused(
      of({ secretName: "other" }),
      `request failed ${VAULT}/secrets/other: Status=404 Code="SecretNotFound" Message="A secret with (name/id) other ` +
        "was not found in this key vault.",
    );
    await refused(
      of({ vaultName: "other-vault" }),
      "Status=404 Code=\"ParentResourceNotFound\" Message=\"Failed to perform 'read' on resource(s) of type 'vaults/secrets'",
    );
    await refused(
      of({ resourceGroupName: "other" }),
      'Status=404 Code="ResourceGroupNotFound" Message="Resource group \'other\' could not be found."',
    );
  });

  it("does not find a soft-deleted secret", async () => {
    const { fixture, secret } = await withSecret();
    await fixture.delete(secret);
    await refused(call(fixture, "keyvault:getSecret", args), 'Status=404 Code="SecretNotFound"');
  });

  it("names the arguments that are missing or unknown", async () => {
    const { fixture } = await withSecret();
    const { failures } = await call(fixture, "keyvault:getSecret", { vaultName: "v", secret: "x" });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "resourceGroupName",
      "secret",
      "secretName",
    ]);
  });
});

describe("the other getters", () => {
  it("give what the resources themselves give", async () => {
    const { fixture, group, vault } = await withSecret();
    const workspace = await fixture.declare("operationalinsights:Workspace", "logs", {
      resourceGroupName: "sell",
      workspaceName: "logs",
    });
    const identity = await fixture.declare("managedidentity:UserAssignedIdentity", "mailman", {
      resourceGroupName: "sell",
      resourceName: "mailman",
    });
    const cases: [string, Properties, Properties][] = [
      ["resources:getResourceGroup", { resourceGroupName: "sell" }, group.outputs],
      ["keyvault:getVault", { resourceGroupName: "sell", vaultName: "sell-vault" }, vault.outputs],
      [
        "operationalinsights:getWorkspace",
        { resourceGroupName: "sell", workspaceName: "logs" },
        workspace.outputs,
      ],
      [
        "managedidentity:getUserAssignedIdentity",
        { resourceGroupName: "sell", resourceName: "mailman" },
        identity.outputs,
      ],
    ];
    for (const [token, args, expected] of cases) {
      assert.deepEqual((await call(fixture, token, args)).result, expected, token);
    }
    await refused(
      call(fixture, "keyvault:getVault", { resourceGroupName: "sell", vaultName: "other" }),
      `request failed ${GROUP}/providers/Microsoft.KeyVault/vaults/other: Status=404 Code="ResourceNotFound"`,
    );
  });

  it("give a workspace's keys, the same each time", async () => {
    const { fixture } = await withSecret();
    await fixture.declare("operationalinsights:Workspace", "logs", {
      resourceGroupName: "sell",
      workspaceName: "logs",
    });
    const args = { resourceGroupName: "sell", workspaceName: "logs" };
    const { result } = await call(fixture, "operationalinsights:getSharedKeys", args);
    assert.deepEqual(Object.keys(result), ["primarySharedKey", "secondarySharedKey"]);
    assert.equal(Buffer.from(String(result.primarySharedKey), "base64").length, 64);
    assert.notEqual(result.primarySharedKey, result.secondarySharedKey);
    assert.deepEqual((await call(fixture, "operationalinsights:getSharedKeys", args)).result, result);
  });
});

describe("the deployer", () => {
  it("is who the sandbox says it is", async () => {
    const fixture = new NativeFixture({ deployer: DEPLOYER });
    const expected = {
      clientId: DEPLOYER.clientId,
      objectId: DEPLOYER.principalId,
      subscriptionId: SUBSCRIPTION_ID,
      tenantId: TENANT_ID,
    };
    assert.deepEqual((await call(fixture, "authorization:getClientConfig")).result, expected);
    await fixture.configure({ subscriptionId: "00000000-8888-4777-8666-555555555555" });
    assert.equal(
      (await call(fixture, "authorization:getClientConfig")).result.subscriptionId,
      "00000000-8888-4777-8666-555555555555",
    );
    await refused(fixture.group(), 'Status=404 Code="SubscriptionNotFound"');
  });

  it("gets a token where the sandbox has a token service, and a reason where not", async () => {
    const asked: string[] = [];
    const fixture = new NativeFixture({
      clientToken: async (endpoint) => {
        asked.push(endpoint);
        return "header.payload.signature";
      },
    });
    const { result } = await call(fixture, "authorization:getClientToken");
    await call(fixture, "authorization:getClientToken", { endpoint: "https://vault.azure.net" });
    assert.deepEqual(result, { token: "header.payload.signature" });
    assert.deepEqual(asked, ["https://management.azure.com/", "https://vault.azure.net"]);
    await refused(call(new NativeFixture(), "authorization:getClientToken"), "without a token service");
  });
});

describe("a function that the sandbox does not emulate", () => {
  it("is refused by name", async () => {
    await refused(
      call(new NativeFixture(), "storage:listStorageAccountKeys"),
      "Invoke type azure-native:storage:listStorageAccountKeys not found",
    );
  });
});

describe("Configure", () => {
  it("refuses an engine that is too old to send recorded inputs", async () => {
    const { provider } = new NativeFixture();
    const request = { args: {}, variables: {} };
    await refused(
      provider.configure({ ...request, sendsOldInputs: false }),
      "requires Pulumi CLI v3.74.0 or later",
    );
    assert.deepEqual(await provider.configure({ ...request, sendsOldInputs: true }), {
      acceptSecrets: false,
      supportsPreview: true,
      acceptResources: false,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    });
  });
});
