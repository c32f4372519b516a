import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RESOURCE_DEFINITIONS } from "../../../../sandbox/providers/native/resources/index.ts";
import type { Properties } from "../../../../sandbox/providers/provider.ts";
import { arbitraryInputs } from "./arbitrary-inputs.ts";
import { NativeFixture } from "./native-fixture.ts";

/**
 * What replaces a resource of each type: the parameters of its path, and what Azure's REST specifications or the
 * provider's own table mark as create-only. Everything else is changed in place.
 */
const REPLACING: Record<string, { path: string[]; other: string[] }> = {
  "resources:ResourceGroup": { path: ["resourceGroupName"], other: ["location"] },
  "keyvault:Vault": { path: ["resourceGroupName", "vaultName"], other: [] },
  "keyvault:Secret": { path: ["resourceGroupName", "vaultName", "secretName"], other: [] },
  "keyvault:Key": { path: ["resourceGroupName", "vaultName", "keyName"], other: [] },
  "storage:StorageAccount": { path: ["resourceGroupName", "accountName"], other: ["location"] },
  "storage:BlobServiceProperties": {
    path: ["resourceGroupName", "accountName", "blobServicesName"],
    other: [],
  },
  "storage:BlobContainer": { path: ["resourceGroupName", "accountName", "containerName"], other: [] },
  "authorization:RoleAssignment": { path: ["scope", "roleAssignmentName"], other: ["principalId"] },
  "authorization:RoleDefinition": { path: ["scope", "roleDefinitionId"], other: [] },
  "operationalinsights:Workspace": { path: ["resourceGroupName", "workspaceName"], other: ["location"] },
  "applicationinsights:Component": {
    path: ["resourceGroupName", "resourceName"],
    other: ["location", "applicationType"],
  },
  "applicationinsights:Workbook": { path: ["resourceGroupName", "resourceName"], other: ["location"] },
  "monitor:ActionGroup": { path: ["resourceGroupName", "actionGroupName"], other: ["location"] },
  "monitor:ScheduledQueryRule": { path: ["resourceGroupName", "ruleName"], other: ["location"] },
  "monitor:MetricAlert": { path: ["resourceGroupName", "ruleName"], other: ["location"] },
  "monitor:DiagnosticSetting": { path: ["resourceUri", "name"], other: [] },
  "aadiam:DiagnosticSetting": { path: ["name"], other: [] },
  "eventgrid:SystemTopic": { path: ["resourceGroupName", "systemTopicName"], other: ["location"] },
  "eventgrid:SystemTopicEventSubscription": {
    path: ["resourceGroupName", "systemTopicName", "eventSubscriptionName"],
    other: [],
  },
  "eventgrid:EventSubscription": { path: ["scope", "eventSubscriptionName"], other: [] },
  "portal:Dashboard": { path: ["resourceGroupName", "dashboardName"], other: ["location"] },
  "logic:Workflow": { path: ["resourceGroupName", "workflowName"], other: [] },
  "managedidentity:UserAssignedIdentity": {
    path: ["resourceGroupName", "resourceName"],
    other: ["location"],
  },
  "managedidentity:FederatedIdentityCredential": {
    path: ["resourceGroupName", "resourceName", "federatedIdentityCredentialResourceName"],
    other: [],
  },
};

/** Azure does not tell spellings of a location, or of a resource group's name, apart. */
function same(key: string, before: Properties, after: Properties): boolean {
  const text = (inputs: Properties) => JSON.stringify(inputs[key]);
  if (key === "location") return plainLocation(before.location) === plainLocation(after.location);
  if (key === "resourceGroupName") return text(before)?.toLowerCase() === text(after)?.toLowerCase();
  return text(before) === text(after);
}

const plainLocation = (location: unknown) => String(location).toLowerCase().replaceAll(" ", "");

// Check and Diff leave nothing behind.
const fixture = new NativeFixture();

async function replacesOf(type: string, before: Properties, after: Properties, madeUp = false) {
  const inputs = await fixture.checked(type, "r", before);
  const recorded = {
    type,
    name: "r",
    id: "/id",
    inputs: { ...inputs, ...(madeUp && { __createBeforeDelete: true }) },
    outputs: {},
  };
  return fixture.diff(recorded, after);
}

describe("a difference in the inputs", () => {
  it("is known to the table for every type", () => {
    assert.deepEqual(
      Object.keys(REPLACING)
        .map((type) => `azure-native:${type}`)
        .sort(),
      RESOURCE_DEFINITIONS.map(({ token }) => token).sort(),
    );
  });

  for (const definition of RESOURCE_DEFINITIONS) {
    const type = definition.token.replace("azure-native:", "");
    const { path = [], other = [] } = REPLACING[type] ?? {};
    const replacing = [...path, ...other];

    it(`of ${type} replaces by ${replacing.join(", ")}, and by nothing else`, async () => {
      const inputs = arbitraryInputs(definition);
      await fc.assert(
        fc.asyncProperty(inputs, inputs, fc.boolean(), async (before, after, madeUp) => {
          const { replaces, deleteBeforeReplace, changes } = await replacesOf(type, before, after, madeUp);
          const expected = replacing.filter((key) => !same(key, before, after));
          assert.deepEqual([...replaces].sort(), [...expected].sort());
          assert.equal(deleteBeforeReplace, expected.length > 0 && !madeUp);
          if (expected.length > 0) assert.equal(changes, "DIFF_SOME");
        }),
        { numRuns: 60 },
      );
    });

    it(`of ${type} in one input alone is reported under its name, as a replacement where it is one`, async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryInputs(definition),
          arbitraryInputs(definition),
          fc.constantFrom(...Object.keys(definition.inputs)),
          async (before, other, key) => {
            fc.pre(other[key] !== undefined);
            const { replaces, diffs, detailedDiff } = await replacesOf(type, before, {
              ...before,
              [key]: other[key] ?? null,
            });
            const isSame =
              same(key, before, other) ||
              isAddedDefault(definition.inputs[key]?.default, before[key], other[key]);
            // An array shows the place in it that has changed, everything else its own path.
            const changedNames = new Set(diffs.map((name) => name.replace(/\[.*$/, "")));
            assert.deepEqual([...changedNames], isSame || !differs(before[key], other[key]) ? [] : [key]);
            assert.deepEqual(replaces, !isSame && replacing.includes(key) ? [key] : []);
            for (const [detail, kind] of Object.entries(detailedDiff ?? {})) {
              assert.equal(kind.endsWith("_REPLACE"), replaces.includes(detail));
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  }
});

/** Adding an empty object is an addition; the order of keys is no difference. */
function differs(before: unknown, after: unknown): boolean {
  try {
    assert.deepEqual(before, after);
    return false;
  } catch {
    return true;
  }
}

function isAddedDefault(fallback: unknown, before: unknown, after: unknown): boolean {
  return before === undefined && fallback !== undefined && after === fallback;
}

describe("deleting before replacing", () => {
  const VAULT = {
    resourceGroupName: "sell",
    location: "westeurope",
    properties: { tenantId: "t", sku: { family: "A", name: "standard" } },
  };

  it("is for names that the program gave, and for names taken over from the resource", async () => {
    const explicit = await fixture.checked("keyvault:Vault", "kv", { ...VAULT, vaultName: "vault-a" });
    const secret = await fixture.checked("keyvault:Secret", "mailman", {
      resourceGroupName: "sell",
      vaultName: "vault-a",
      properties: { value: "x" },
    });
    for (const [type, inputs] of [
      ["keyvault:Vault", explicit],
      ["keyvault:Secret", secret],
    ] as const) {
      assert.equal(inputs.__createBeforeDelete, undefined);
      const recorded = { type, name: "r", id: "/id", inputs, outputs: {} };
      const diff = await fixture.diff(recorded, { ...inputs, resourceGroupName: "mail" });
      assert.deepEqual([diff.replaces, diff.deleteBeforeReplace], [["resourceGroupName"], true]);
    }
  });

  it("is not for names that were made up", async () => {
    const inputs = await fixture.checked("keyvault:Vault", "kv", VAULT);
    assert.equal(inputs.__createBeforeDelete, true);
    const recorded = { type: "keyvault:Vault", name: "kv", id: "/id", inputs, outputs: {} };
    const diff = await fixture.diff(recorded, { ...VAULT, resourceGroupName: "mail" });
    assert.deepEqual([diff.replaces, diff.deleteBeforeReplace], [["resourceGroupName"], false]);
  });
});
