import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bootstrapDocument } from "../../../cli/bootstrap/document.ts";
import { describeNextSteps, explainBootstrap } from "../../../cli/bootstrap/explain.ts";
import { layoutOf } from "../../../infra/identity/layout.ts";
import { rightsOf } from "../../../infra/identity/rights.ts";
import { bootstrapSettings } from "../../support/bootstrap-settings.ts";

const identities = new Map(
  ["preview-dev", "dev", "preview-prod", "prod"].map((name) => [
    name,
    { clientId: `client of ${name}`, principalId: `principal of ${name}` },
  ]),
);
const documentOf = (over: Parameters<typeof bootstrapSettings>[0] = {}, vaultSuffix = "vault.azure.net") =>
  bootstrapDocument({ settings: bootstrapSettings(over), identities, changes: [], vaultSuffix });

describe("what keyturn bootstrap says", () => {
  it("is each environment's variables and each stack's settings", () => {
    const { variables, stacks } = documentOf();
    assert.deepEqual(Object.keys(variables.environments), [
      ...["preview-dev", "audit-dev", "dev", "rotate-dev"],
      ...["preview-prod", "audit-prod", "prod", "rotate-prod"],
    ]);
    assert.deepEqual(variables.environments["rotate-prod"], variables.environments.prod);
    assert.deepEqual(variables.environments["audit-prod"], variables.environments["preview-prod"]);
    assert.equal(variables.environments["preview-prod"]?.AZURE_CLIENT_ID, "client of preview-prod");
    const [dev] = stacks;
    assert.match(
      String(dev?.secretsProvider),
      /^azurekeyvault:\/\/kv-keyturn-\w{8}\.vault\.azure\.net\/keys\/stack-dev$/,
    );
    assert.match(String(dev?.backendUrl), /^azblob:\/\/state-dev\?storage_account=stkeyturn\w{8}$/);
    assert.equal(dev?.settings["keyturn:deployer"], "principal of dev");
    const text = describeNextSteps(documentOf(), "github");
    assert.ok(
      text.includes("  for the environment preview-dev\n    AZURE_CLIENT_ID=client of preview-dev\n"),
    );
    assert.ok(
      text.includes(
        "  config:\n    keyturn:tenantId: 11111111-2222-4333-8444-555555555555\n    keyturn:deployer: principal of dev\n" +
          "    keyturn:vault:\n      resourceGroupExists: true\n",
      ),
      text,
    );
    assert.match(
      text,
      /\n {2}PULUMI_BACKEND_URL="azblob:\/\/state-dev\?[^"]*" pulumi stack init dev --secrets-provider "azurekeyvault:\/\/[^"]*stack-dev"\n/,
    );
  });

  it("knows other clouds, and Pulumi's own", () => {
    assert.match(
      String(documentOf({}, "vault.usgovcloudapi.net").stacks[0]?.backendUrl),
      /&domain=blob\.core\.usgovcloudapi\.net$/,
    );
    const { stacks, variables } = documentOf({ backend: "pulumi-cloud" });
    assert.equal(stacks[0]?.secretsProvider, undefined);
    assert.equal(variables.environments.dev?.PULUMI_BACKEND_URL, "https://api.pulumi.com");
    const cloud = bootstrapDocument({
      settings: bootstrapSettings({ backend: "pulumi-cloud" }),
      ...{ identities, changes: [], vaultSuffix: "vault.azure.net", pulumiOrganization: "sell" },
    });
    const text = describeNextSteps(cloud, "github");
    assert.doesNotMatch(text, /secrets-provider/);
    assert.match(text, /\n {4}PULUMI_ORGANIZATION=sell\n/);
  });

  it("is who may use what, in the forge's own words", () => {
    const onGitHub = describeNextSteps(documentOf(), "github");
    for (const line of [
      "  environment audit-prod\n    branch main only; no reviewers (",
      "  environment rotate-prod\n    branch main only; no reviewers (",
      "  environment prod\n    branch main only; required reviewers for production, and no approval of one's own run (",
      "  environment preview-prod\n    any branch; reviewers if wanted (",
    ]) {
      assert.ok(onGitHub.includes(line), line);
    }
    const onAzure = describeNextSteps(documentOf(), "azure-devops");
    for (const line of [
      "  service connection keyturn-audit-prod\n    branch control: refs/heads/main, protected branches only; no approval (",
      "  service connection keyturn-prod and environment prod\n    branch control: refs/heads/main, protected branches only; approval for production",
      "  service connection keyturn-rotate-prod and environment rotate-prod\n    branch control: refs/heads/main, protected branches only; no approval; exclusive lock (",
      "  service connection keyturn-preview-prod\n    no branch control, but open to the pull-request pipeline alone; approval",
      "  for the variable group and the service connection keyturn-rotate-dev\n",
    ]) {
      assert.ok(onAzure.includes(line), `${line}\n${onAzure}`);
    }
  });

  it("is each right and its reason before anybody is asked", () => {
    for (const backend of ["azure", "pulumi-cloud"] as const) {
      const settings = bootstrapSettings({ backend });
      const text = explainBootstrap(settings);
      for (const stack of layoutOf(settings).stacks) {
        for (const identity of stack.identities) {
          const { azure, graph } = rightsOf(settings, stack, identity);
          for (const { roleName, where, why } of azure)
            assert.ok(text.includes(`${roleName} on ${where}: ${why}`));
          for (const { name, why } of graph) assert.ok(text.includes(`Microsoft Graph ${name}: ${why}`));
          for (const { subject } of identity.federations) assert.ok(text.includes(`about ${subject},`));
        }
      }
      assert.equal(text.includes("storage account stkeyturn"), backend === "azure");
    }
    assert.match(
      explainBootstrap(bootstrapSettings({ operatorsGroupId: undefined })),
      /no people: only the pipelines/,
    );
  });
});
