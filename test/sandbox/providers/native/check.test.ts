import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RESOURCE_DEFINITIONS } from "../../../../sandbox/providers/native/resources/index.ts";
import type { Properties } from "../../../../sandbox/providers/provider.ts";
import { secret, UNKNOWN } from "../../../../sandbox/providers/values.ts";
import { arbitraryInputs } from "./arbitrary-inputs.ts";
import { NativeFixture, refused, VAULT_PROPERTIES } from "./native-fixture.ts";

const VAULT: Properties = { resourceGroupName: "sell", location: "westeurope", properties: VAULT_PROPERTIES };

async function reasons(type: string, news: Properties): Promise<string[]> {
  const { failures } = await new NativeFixture().check(type, "r", news);
  return failures.map(({ reason }) => reason);
}

describe("Check", () => {
  it("refuses a type that the sandbox does not emulate, by name", async () => {
    const check = new NativeFixture().check("web:WebApp", "a", {});
    await refused(check, "Resource type azure-native:web:WebApp not found");
  });

  it("refuses every property that it does not know, by its path", async () => {
    const news = {
      ...VAULT,
      color: "red",
      properties: { ...VAULT_PROPERTIES, softDelete: true, sku: { family: "A", name: "standard", tier: 1 } },
    };
    const { failures } = await new NativeFixture().check("keyvault:Vault", "kv", news);
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "color",
      "properties.sku.tier",
      "properties.softDelete",
    ]);
    for (const { property, reason } of failures) {
      assert.match(
        reason,
        new RegExp(`unknown property '${property.replaceAll(".", "\\.")}'; known here are: `),
      );
    }
    assert.match(
      failures.find(({ property }) => property === "properties.sku.tier")?.reason ?? "",
      /family, name$/,
    );
  });

  it("names everything that is missing at once", async () => {
    assert.deepEqual(await reasons("keyvault:Secret", {}), [
      "missing required property 'properties'",
      "missing required property 'resourceGroupName'",
      "missing required property 'vaultName'",
    ]);
    assert.deepEqual(
      await reasons("keyvault:Vault", { resourceGroupName: "nowhere", properties: { sku: {} } }),
      [
        "missing required property 'location'. Either set it explicitly or configure it with " +
          "'pulumi config set azure-native:location <value>'.",
        "missing required property 'properties.tenantId'",
        "missing required property 'properties.sku.family'",
        "missing required property 'properties.sku.name'",
      ],
    );
  });

  it("names what has the wrong type, and what it should be", async () => {
    const cases: [Properties, string][] = [
      [{ resourceGroupName: 5 }, "'resourceGroupName' should be of type 'string' but got a number"],
      [{ tags: ["a"] }, "'tags' should be of type 'object' but got an array"],
      [{ tags: { a: true } }, "'tags.a' should be of type 'string' but got a boolean"],
      [
        { properties: { ...VAULT_PROPERTIES, accessPolicies: "none" } },
        "'properties.accessPolicies' should be of type 'array' but got a string",
      ],
      [
        { properties: { ...VAULT_PROPERTIES, softDeleteRetentionInDays: 7.5 } },
        "'properties.softDeleteRetentionInDays' must be an integer but got 7.5",
      ],
      [
        { properties: { ...VAULT_PROPERTIES, networkAcls: { ipRules: [{ value: 1 }] } } },
        "'properties.networkAcls.ipRules[0].value' should be of type 'string' but got a number",
      ],
      [{ vaultName: "a" }, "'vaultName' does not match expression '^[a-zA-Z0-9-]{3,24}$'"],
      [{ vaultName: "a".repeat(25) }, "'vaultName' does not match expression '^[a-zA-Z0-9-]{3,24}$'"],
    ];
    for (const [change, reason] of cases) {
      assert.deepEqual(await reasons("keyvault:Vault", { ...VAULT, ...change }), [reason]);
    }
    assert.deepEqual(
      await reasons("monitor:ActionGroup", {
        resourceGroupName: "sell",
        location: "global",
        enabled: true,
        groupShortName: "thirteen-char",
      }),
      ["'groupShortName' is too long (13): at most 12 characters allowed"],
    );
  });

  it("names what a union may be", async () => {
    const subscription = { resourceGroupName: "sell", systemTopicName: "t" };
    const [reason = ""] = await reasons("eventgrid:SystemTopicEventSubscription", {
      ...subscription,
      destination: { endpointType: "Pigeon" },
    });
    assert.match(
      reason,
      /^'destination.endpointType' is "Pigeon"; allowed are 'AzureFunction', .*'MonitorAlert', .*'WebHook'$/,
    );
    assert.deepEqual(
      await reasons("eventgrid:SystemTopicEventSubscription", { ...subscription, destination: {} }),
      ["missing required property 'destination.endpointType'"],
    );
    assert.deepEqual(
      await reasons("eventgrid:SystemTopicEventSubscription", {
        ...subscription,
        destination: { endpointType: "MonitorAlert", endpointUrl: "https://x" },
      }),
      [
        "unknown property 'destination.endpointUrl'; known here are: actionGroups, description, endpointType, severity",
      ],
    );
  });

  it("does not judge what is not known yet", async () => {
    const news = { ...VAULT, resourceGroupName: UNKNOWN, properties: UNKNOWN, tags: { a: UNKNOWN } };
    assert.deepEqual(await reasons("keyvault:Vault", news), []);
  });

  it("takes what the SDK's tables allow, for every type", async () => {
    for (const definition of RESOURCE_DEFINITIONS) {
      await fc.assert(
        fc.asyncProperty(arbitraryInputs(definition), async (news) => {
          assert.deepEqual(await reasons(definition.token.replace("azure-native:", ""), news), []);
        }),
        { numRuns: 20 },
      );
    }
  });

  it("gives back what it was given, with the version of the API, without nulls and the markers of secrets", async () => {
    const { inputs } = await new NativeFixture().check("keyvault:Secret", "s", {
      resourceGroupName: "sell",
      vaultName: "v",
      secretName: "mailman",
      properties: { value: secret("s3cret"), contentType: null },
      tags: null,
    });
    assert.deepEqual(inputs, {
      resourceGroupName: "sell",
      vaultName: "v",
      secretName: "mailman",
      properties: { value: "s3cret" },
      azureApiVersion: "2024-11-01",
    });
  });
});

describe("the location", () => {
  const { location: _, ...news } = VAULT;

  it("is the program's, then the one before, then the provider's, then the resource group's", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    const locate = async (given: Properties, olds?: Properties) =>
      (await fixture.check("keyvault:Vault", "kv", given, { olds })).inputs.location;

    assert.equal(await locate(news), "westeurope");
    await fixture.configure({ location: "northeurope" });
    assert.equal(await locate(news), "northeurope");
    assert.equal(await locate(news, { location: "eastus" }), "eastus");
    assert.equal(await locate({ ...news, location: "West US" }, { location: "eastus" }), "West US");
    await fixture.configure({});
    assert.equal(await locate(news), "westeurope", "a setting of an earlier run is gone");
  });

  it("is unknown while the resource group is", async () => {
    const { inputs } = await new NativeFixture().check("keyvault:Vault", "kv", {
      ...news,
      resourceGroupName: UNKNOWN,
    });
    assert.equal(inputs.location, UNKNOWN);
  });

  it("is not added to types that have none", async () => {
    const fixture = new NativeFixture();
    await fixture.configure({ location: "westeurope" });
    const { inputs } = await fixture.check("keyvault:Secret", "s", {
      resourceGroupName: "sell",
      vaultName: "v",
      properties: {},
    });
    assert.equal(inputs.location, undefined);
  });
});

describe("auto-naming", () => {
  const NAMES: Record<string, [string, "random" | "copy" | "uuid"]> = {
    "resources:ResourceGroup": ["resourceGroupName", "random"],
    "keyvault:Vault": ["vaultName", "random"],
    "keyvault:Key": ["keyName", "copy"],
    "keyvault:Secret": ["secretName", "copy"],
    "storage:StorageAccount": ["accountName", "random"],
    "storage:BlobServiceProperties": ["blobServicesName", "copy"],
    "storage:BlobContainer": ["containerName", "copy"],
    "authorization:RoleAssignment": ["roleAssignmentName", "uuid"],
    "authorization:RoleDefinition": ["roleDefinitionId", "uuid"],
    "operationalinsights:Workspace": ["workspaceName", "random"],
    "applicationinsights:Component": ["resourceName", "random"],
    "applicationinsights:Workbook": ["resourceName", "random"],
    "monitor:ActionGroup": ["actionGroupName", "random"],
    "monitor:ScheduledQueryRule": ["ruleName", "random"],
    "monitor:MetricAlert": ["ruleName", "random"],
    "monitor:DiagnosticSetting": ["name", "random"],
    "aadiam:DiagnosticSetting": ["name", "random"],
    "eventgrid:SystemTopic": ["systemTopicName", "random"],
    "eventgrid:SystemTopicEventSubscription": ["eventSubscriptionName", "copy"],
    "eventgrid:EventSubscription": ["eventSubscriptionName", "random"],
    "portal:Dashboard": ["dashboardName", "random"],
    "logic:Workflow": ["workflowName", "random"],
    "managedidentity:UserAssignedIdentity": ["resourceName", "random"],
    "managedidentity:FederatedIdentityCredential": ["federatedIdentityCredentialResourceName", "copy"],
  };
  const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const fixture = new NativeFixture();
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it("knows every type", () => {
    assert.deepEqual(
      Object.keys(NAMES)
        .map((type) => `azure-native:${type}`)
        .sort(),
      RESOURCE_DEFINITIONS.map(({ token }) => token).sort(),
    );
  });

  for (const [type, [property, kind]] of Object.entries(NAMES)) {
    const named = async (options = {}) => (await fixture.check(type, "mailman", {}, options)).inputs;

    it(`of ${type} is ${kind}, the same for the same seed`, async () => {
      await fc.assert(
        fc.asyncProperty(seed, seed, async (randomSeed, other) => {
          const first = await named({ randomSeed });
          const name = String(first[property]);
          if (kind === "copy") assert.equal(name, "mailman");
          else assert.match(name, kind === "uuid" ? UUID : /^mailman[0-9a-f]{8}$/);
          assert.equal(first.__createBeforeDelete, kind === "copy" ? undefined : true);
          assert.deepEqual(await named({ randomSeed }), first);
          if (kind !== "copy" && Buffer.compare(randomSeed, other) !== 0) {
            assert.notEqual((await named({ randomSeed: other }))[property], name);
          }
          // Once there is a name, it stays, whatever the seed.
          assert.deepEqual(await named({ randomSeed: other, olds: first }), first);
        }),
        { numRuns: 10 },
      );
    });

    it(`of ${type} follows the engine's own naming`, async () => {
      const proposedName = "proposed";
      const proposed = await named({ autonaming: { mode: "propose", proposedName } });
      if (kind === "uuid") assert.match(String(proposed[property]), UUID);
      else assert.equal(proposed[property], proposedName);
      const enforced = await named({ autonaming: { mode: "enforce", proposedName } });
      assert.equal(enforced[property], proposedName);
      assert.equal(enforced.__createBeforeDelete, true);

      const { inputs, failures } = await fixture.check(
        type,
        "mailman",
        {},
        {
          autonaming: { mode: "disable", proposedName },
        },
      );
      assert.equal(inputs[property], undefined);
      assert.ok(failures.some(({ reason }) => reason === `missing required property '${property}'`));
    });

    it(`of ${type} leaves the program's name alone`, async () => {
      const { inputs } = await fixture.check(
        type,
        "mailman",
        { [property]: "mine" },
        { olds: { [property]: "old" } },
      );
      assert.equal(inputs[property], "mine");
      assert.equal(inputs.__createBeforeDelete, undefined);
    });
  }
});
