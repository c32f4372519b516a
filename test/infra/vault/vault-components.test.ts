import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { DAY_MS } from "../../../infra/duration.ts";
import { Responders } from "../../../infra/responders.ts";
import { roleAssignmentName } from "../../../infra/role-assignment-name.ts";
import { CredentialVault } from "../../../infra/vault/credential-vault.ts";
import { PublishedSecret } from "../../../infra/vault/published-secret.ts";
import {
  mockPulumi,
  type PulumiMocks,
  registered,
  resolvedValue,
  secretValue,
} from "../../support/pulumi-mocks.ts";

const groupId = "55555555-5555-4555-8555-555555555555";
const subscription = "/subscriptions/66666666-6666-4666-8666-666666666666";
const secretId = `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv/secrets/mailman`;
const SECRET = "azure-native:keyvault:Secret";
const ASSIGNMENT = "azure-native:authorization:RoleAssignment";

let mocks: PulumiMocks;

beforeEach(async () => {
  mocks = await mockPulumi({
    outputs: ({ type, inputs }) =>
      type === SECRET
        ? {
            properties: {
              secretUriWithVersion: "https://kv.vault.azure.net/secrets/mailman/0123456789abcdef",
            },
          }
        : { name: inputs.resourceGroupName },
    id: ({ type }) => (type === SECRET ? secretId : undefined),
  });
});

afterEach(registered);

describe("CredentialVault", () => {
  it("is a vault with RBAC from which nothing can be lost for good", async () => {
    const vault = new CredentialVault("vault", {
      tenantId: "77777777-7777-4777-8777-777777777777",
      region: "westeurope",
      resourceGroupName: "rg-sell",
      vaultName: "kv-sell",
      tags: { team: "sell" },
      protect: true,
    });
    await resolvedValue(vault.vaultId);
    assert.deepEqual(mocks.resource("azure-native:keyvault:Vault", "vault").inputs, {
      resourceGroupName: "rg-sell",
      vaultName: "kv-sell",
      location: "westeurope",
      tags: { team: "sell" },
      properties: {
        tenantId: "77777777-7777-4777-8777-777777777777",
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
        // The SDK's own defaults.
        publicNetworkAccess: "enabled",
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
      },
    });
  });
});

describe("CredentialVault in a resource group that is there already", () => {
  it("uses the group and does not declare it", async () => {
    mocks = await mockPulumi({
      call: () => ({ name: "rg-sell", id: `${subscription}/resourceGroups/rg-sell` }),
    });
    const vault = new CredentialVault("vault", {
      tenantId: "77777777-7777-4777-8777-777777777777",
      region: "westeurope",
      resourceGroupName: "rg-sell",
      resourceGroupExists: true,
      vaultName: "kv-sell",
      tags: {},
      protect: true,
    });
    assert.equal(await resolvedValue(vault.resourceGroupId), `${subscription}/resourceGroups/rg-sell`);
    await resolvedValue(vault.vaultId);
    assert.deepEqual(
      mocks.resources.map(({ type }) => type).filter((type) => type.startsWith("azure-native:")),
      ["azure-native:keyvault:Vault"],
    );
    assert.equal(mocks.resource("azure-native:keyvault:Vault", "vault").inputs.resourceGroupName, "rg-sell");
  });
});

describe("PublishedSecret", () => {
  const args = {
    resourceGroupName: "rg",
    vaultName: "kv",
    value: pulumi.secret("the value"),
    published: {
      credential: "mailman",
      clientId: "11111111-1111-4111-8111-111111111111",
      current: {
        slot: "a" as const,
        generation: 1,
        keyId: "22222222-2222-4222-8222-222222222222",
        createdAtMs: Date.UTC(2026, 0, 1),
        expiresAtMs: Date.UTC(2026, 3, 1),
      },
      rotateAfterMs: Date.UTC(2026, 0, 1) + 48 * DAY_MS,
      splayDays: 3,
      overlapMs: 7 * DAY_MS,
      previous: undefined,
      request: undefined,
    },
    consumers: [{ name: "mailman", principalId: groupId, principalType: "ServicePrincipal" as const }],
  };

  it("writes value, dates and tags, and keeps the value secret", async () => {
    const { version } = new PublishedSecret("mailman", args);
    assert.equal(await resolvedValue(version), "0123456789abcdef");
    const { inputs } = mocks.resource(SECRET, "mailman");
    const properties = secretValue(inputs.properties) as Record<string, unknown>;
    const tags = inputs.tags as Record<string, string>;
    assert.equal(properties.value, "the value");
    assert.deepEqual(properties.attributes, {
      enabled: true,
      notBefore: 1_767_225_600,
      expires: 1_775_001_600,
    });
    assert.equal(properties.contentType, "application/vnd.keyturn.client-secret");
    assert.equal(tags.rotateAfter, "2026-02-18T00:00:00Z");
    assert.equal(tags.generation, "1");
    assert.equal(inputs.secretName, "mailman");
  });

  it("lets each consumer read this one secret, and nothing else", async () => {
    new PublishedSecret("mailman", args);
    await registered();
    assert.deepEqual(mocks.resource(ASSIGNMENT, "mailman-mailman").inputs, {
      scope: secretId,
      roleAssignmentName: roleAssignmentName("dev", "mailman", "mailman", groupId),
      principalId: groupId,
      principalType: "ServicePrincipal",
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6`,
    });
  });
});

describe("Responders", () => {
  it("may see everything but values", async () => {
    new Responders("responders", {
      groupId,
      resourceGroupId: `${subscription}/resourceGroups/rg`,
      vaultId: `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`,
    });
    await registered();
    const role = (name: string) => {
      const { inputs } = mocks.resource(ASSIGNMENT, name);
      assert.equal(inputs.principalId, groupId);
      assert.equal(inputs.principalType, "Group");
      return String(inputs.roleDefinitionId).split("/").at(-1);
    };
    assert.equal(role("responders-reader"), "acdd72a7-3385-48ef-bd42-f606fba81ae7");
    assert.equal(role("responders-vault-reader"), "21090545-7ca7-4776-b22c-e363652d74d2");
  });
});
