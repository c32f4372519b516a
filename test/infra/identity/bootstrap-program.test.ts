import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { declaredResources } from "../../../infra/identity/declared-resources.ts";
import { graphPermissions } from "../../../infra/identity/graph-permissions.ts";
import { declareBootstrap } from "../../../infra/identity/program.ts";
import type { BootstrapSettings } from "../../../infra/identity/settings.ts";
import { checkStack } from "../../../policy/check-stack.ts";
import { configuredRules } from "../../../policy/config.ts";
import { rules } from "../../../policy/rules/index.ts";
import { bootstrapSettings } from "../../support/bootstrap-settings.ts";
import { mockPulumi, type RegisteredResource, registered } from "../../support/pulumi-mocks.ts";

const ASSIGNMENT = "azure-native:authorization:RoleAssignment";
const GRANT = "azuread:index/appRoleAssignment:AppRoleAssignment";
const GRAPH_PRINCIPAL = "77777777-7777-4777-8777-777777777777";

/** Declares it all; returns what was registered, and by URN what belongs to what. */
async function declared(settings: BootstrapSettings) {
  const mocks = await mockPulumi({
    stack: "bootstrap",
    outputs: ({ type, inputs, name }) => ({
      name: inputs.accountName ?? inputs.resourceName ?? inputs.vaultName,
      ...(type.endsWith("UserAssignedIdentity") && {
        principalId: `principal of ${name}`,
        clientId: `client of ${name}`,
      }),
    }),
    call: () => ({ objectId: GRAPH_PRINCIPAL }),
  });
  const parents: string[] = [];
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      const { __pulumiType: parentType = "", __name: parentName = "" } = (opts.parent ?? {}) as Record<
        string,
        string
      >;
      if (type.startsWith("azure")) parents.push(placed(type, name, parentType, parentName));
      return undefined;
    });
    declareBootstrap(settings);
  });
  await registered();
  await registered();
  const resources = mocks.resources.filter(({ type }) => type.startsWith("azure"));
  return { resources, parents, resource: mocks.resource };
}

function placed(type: string, name: string, parentType: string, parentName: string): string {
  return parentType.startsWith("keyturn:")
    ? `${type} ${name} in ${parentType} ${parentName}`
    : `${type} ${name}`;
}

afterEach(registered);

describe("the bootstrap program", () => {
  const variants: [string, Partial<BootstrapSettings>][] = [
    ["with everything", {}],
    ["with Pulumi Cloud", { backend: "pulumi-cloud" }],
    [
      "without operators and reports",
      { operatorsGroupId: undefined, signInReports: false, ownerAddresses: false },
    ],
  ];
  for (const [title, over] of variants) {
    it(`declares exactly what is looked for in Azure, ${title}`, async () => {
      const settings = bootstrapSettings(over);
      const { parents } = await declared(settings);
      const expected = declaredResources(settings).map(({ type, name, parent }) =>
        placed(type, name, parent?.type ?? "", parent?.name ?? ""),
      );
      assert.deepEqual(parents.toSorted(), expected.toSorted());
    });
  }

  it("names each resource as its id says", async () => {
    const settings = bootstrapSettings();
    const { resources } = await declared(settings);
    const nameOf = ({ inputs }: RegisteredResource) =>
      [
        inputs.roleAssignmentName,
        inputs.roleDefinitionId,
        inputs.containerName,
        inputs.blobServicesName,
        inputs.federatedIdentityCredentialResourceName,
        inputs.keyName,
        inputs.name,
        inputs.accountName,
        inputs.vaultName,
        inputs.workspaceName,
        inputs.resourceName,
        inputs.resourceGroupName,
      ].find((name) => typeof name === "string");
    for (const { type, name, found } of declaredResources(settings)) {
      if (found.kind !== "arm") continue;
      const resource = resources.find((each) => each.type === type && each.name === name);
      assert.ok(resource, `${type} ${name}`);
      assert.equal(
        type === ASSIGNMENT ? resource.inputs.roleAssignmentName : nameOf(resource),
        found.id.split("/").at(-1),
        `${type} ${name}`,
      );
      const scope = resource.inputs.scope ?? resource.inputs.resourceUri;
      if (type === ASSIGNMENT) assert.ok(found.id.startsWith(`${scope}/providers/`), name);
    }
  });

  it("gives each identity its rights and no more", async () => {
    const { resources } = await declared(bootstrapSettings());
    const rightsOf = (environment: string) =>
      resources
        .filter(({ inputs }) =>
          [inputs.principalId, inputs.principalObjectId].includes(`principal of ${environment}`),
        )
        .map(({ type, inputs }) =>
          type === GRANT
            ? `graph ${inputs.appRoleId}`
            : `${String(inputs.roleDefinitionId).split("/").at(-1)} on ${String(inputs.scope).split("/").slice(-2).join("/")}`,
        )
        .toSorted();
    const [deployer] = rightsOf("dev").filter((right) => right.endsWith("resourceGroups/rg-sell-mail-dev"));
    assert.deepEqual(rightsOf("dev").length, 4);
    assert.ok(deployer, "the deployer's role on the stack's own resource group");
    assert.deepEqual(
      rightsOf("dev").filter((right) => !right.includes("keys/") && right !== deployer),
      [
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe on containers/state-dev",
        "graph 18a4783c-866b-4cc7-a460-3d5e5662c884",
      ],
    );
    assert.deepEqual(
      rightsOf("preview-prod").filter((right) => !right.includes("keys/")),
      [
        "21090545-7ca7-4776-b22c-e363652d74d2 on resourceGroups/rg-sell-mail-prod",
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1 on containers/state-prod",
        "acdd72a7-3385-48ef-bd42-f606fba81ae7 on resourceGroups/rg-sell-mail-prod",
        "graph 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
        "graph b0afded3-3588-46d8-8b3d-9842eff778da",
        "graph df021288-bdef-4463-88db-98f22de89214",
      ],
    );
    const onDev = rightsOf("preview-dev").concat(rightsOf("dev"));
    assert.ok(!onDev.some((right) => right.includes("prod")), "no stack reaches into another");
  });

  it("takes the tokens of one environment alone", async () => {
    const { resource } = await declared(bootstrapSettings());
    const federation = "azure-native:managedidentity:FederatedIdentityCredential";
    assert.deepEqual(resource(federation, "preview-dev").inputs, {
      resourceGroupName: "rg-keyturn-pipelines",
      resourceName: "id-keyturn-preview-dev",
      federatedIdentityCredentialResourceName: "pipeline-preview-dev",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:sell/keyturn:environment:preview-dev",
      audiences: ["api://AzureADTokenExchange"],
    });
  });

  it("keeps the states where only Entra lets anybody in, and nothing is lost at once", async () => {
    const { resource } = await declared(bootstrapSettings());
    const { accountName, tags, ...account } = resource("azure-native:storage:StorageAccount", "state").inputs;
    assert.match(String(accountName), /^stkeyturn[0-9a-f]{8}$/);
    assert.deepEqual(tags, bootstrapSettings().tags);
    assert.deepEqual(account, {
      resourceGroupName: "rg-keyturn-pipelines",
      location: "westeurope",
      kind: "StorageV2",
      sku: { name: "Standard_ZRS" },
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
    });
    const blobs = resource("azure-native:storage:BlobServiceProperties", "state").inputs;
    assert.equal(blobs.isVersioningEnabled, true);
    assert.deepEqual(blobs.deleteRetentionPolicy, { enabled: true, days: 90 });
    assert.deepEqual(blobs.containerDeleteRetentionPolicy, { enabled: true, days: 90 });
    const { properties } = resource("azure-native:keyvault:Vault", "state").inputs as {
      properties: Record<string, unknown>;
    };
    assert.equal(properties.enableRbacAuthorization, true);
    assert.equal(properties.enablePurgeProtection, true);
  });

  it("keeps to the policy pack, the advisory rules too", async () => {
    const { resources } = await declared(bootstrapSettings());
    const exported = resources.map(({ type, name, inputs }) => ({
      urn: `urn:pulumi:bootstrap::keyturn-bootstrap::${type}::${name}`,
      type,
      inputs,
      outputs: { id: `${name}-id` },
    }));
    assert.ok(exported.length > 40);
    // The pipelines may themselves what no application of a stack may ask for.
    const settings = {
      "graph-permissions": { allowed: Object.values(graphPermissions).map(({ id }) => id) },
    };
    assert.deepEqual(
      checkStack(exported, configuredRules(rules, settings)).map(({ rule, name, what }) => [
        rule,
        name,
        what,
      ]),
      [],
    );
  });

  it("gives its names to two subscriptions apart", () => {
    const ids = (subscriptionId: string) =>
      declaredResources(bootstrapSettings({ subscriptionId }))
        .map(({ found }) => (found.kind === "arm" ? (found.id.split("/").at(-1) ?? "") : ""))
        .filter((name) => /[0-9a-f]{8}/.test(name));
    const [one, other] = [
      ids("99999999-8888-4777-8666-555555555555"),
      ids("99999999-8888-4777-8666-555555555556"),
    ];
    assert.ok(one.length > 10);
    assert.deepEqual(
      one.filter((name) => other.includes(name)),
      [],
    );
  });
});
