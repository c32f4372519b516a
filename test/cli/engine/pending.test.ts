import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  armIdOf,
  hasPendingOperations,
  pendingCreates,
  pendingPasswordDeletes,
  settledStack,
} from "../../../cli/engine/pending.ts";

const URN = "urn:pulumi:dev::keyturn::keyturn:vault:PublishedSecret$azure-native:keyvault:Secret::mailman";
const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const CREATING = { type: "creating", resource: { urn: URN, inputs: { secretName: "mailman" } } };
const deleting = (type: string) => ({
  type: "deleting",
  resource: { urn: URN, type, id: "app/password/key" },
});

describe("the pending operations of an exported stack", () => {
  it("are told apart by what was under way", () => {
    const deployment = {
      pending_operations: [CREATING, deleting(PASSWORD), deleting("random:x"), { type: "creating" }],
    };
    assert.deepEqual(pendingCreates(deployment), [
      { urn: URN, type: "azure-native:keyvault:Secret", inputs: { secretName: "mailman" } },
    ]);
    assert.deepEqual(pendingPasswordDeletes(deployment), ["app/password/key"]);
    assert.equal(hasPendingOperations(deployment), true);
  });

  it("are none in a stack that has never been updated, or that ended well", () => {
    for (const deployment of [undefined, {}, { pending_operations: [] }]) {
      assert.deepEqual(pendingCreates(deployment), []);
      assert.deepEqual(pendingPasswordDeletes(deployment), []);
      assert.equal(hasPendingOperations(deployment), false);
    }
  });

  it("leave a stack as if they had ended, or never begun", () => {
    const stack = {
      version: 3,
      deployment: { resources: [{ urn: "urn:a", id: "1" }], pending_operations: [CREATING] },
    };
    const taken = { ...CREATING.resource, id: "the id", outputs: CREATING.resource.inputs };
    assert.deepEqual(settledStack(stack, new Map([[URN, "the id"]])), {
      version: 3,
      deployment: { resources: [{ urn: "urn:a", id: "1" }, taken] },
    });
    assert.deepEqual(settledStack(stack, new Map()).deployment, { resources: [{ urn: "urn:a", id: "1" }] });
    assert.deepEqual(settledStack(stack, new Map(), new Set(["1"])).deployment, { resources: [] });
  });

  it("take nothing over that the stack has already", () => {
    const stack = { deployment: { resources: [{ urn: URN, id: "old" }], pending_operations: [CREATING] } };
    assert.deepEqual(settledStack(stack, new Map([[URN, "new"]])).deployment?.resources, [
      { urn: URN, id: "old" },
    ]);
  });
});

describe("the id of a resource that was made before the engine died", () => {
  const context = { subscriptionId: "sub" };
  const idOf = (type: string, inputs: Record<string, unknown>) =>
    armIdOf({ urn: URN, type, inputs }, context);

  it("follows from its type and its inputs", () => {
    const group = { resourceGroupName: "rg" };
    assert.equal(
      idOf("azure-native:keyvault:Secret", { ...group, vaultName: "kv", secretName: "mailman" }),
      "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv/secrets/mailman",
    );
    assert.equal(
      idOf("azure-native:authorization:RoleAssignment", {
        scope: "subscriptions/sub/x",
        roleAssignmentName: "r",
      }),
      "/subscriptions/sub/x/providers/Microsoft.Authorization/roleAssignments/r",
    );
    assert.equal(
      idOf("azure-native:monitor:ActionGroup", { ...group, actionGroupName: "team" }),
      "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Insights/actionGroups/team",
    );
  });

  it("is not known while an input is not, or for a type that is not Resource Manager's", () => {
    assert.equal(
      idOf("azure-native:keyvault:Secret", { resourceGroupName: "rg", vaultName: "kv" }),
      undefined,
    );
    assert.equal(idOf("azure-native:monitor:ActionGroup", { actionGroupName: "team" }), undefined);
    assert.equal(idOf("random:index/randomUuid:RandomUuid", {}), undefined);
  });
});
