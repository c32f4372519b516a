import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../../sandbox/providers/provider.ts";
import { GROUP, NativeFixture, refused, SUBSCRIPTION, VAULT, VAULT_PROPERTIES } from "./native-fixture.ts";

const DEPLOYER = {
  clientId: "cccccccc-0000-4000-8000-000000000001",
  principalId: "cccccccc-0000-4000-8000-000000000002",
};
const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
const SECRET: Properties = { resourceGroupName: "sell", vaultName: "sell-vault", properties: { value: "x" } };

async function withRoles(...roles: [string, string][]) {
  const fixture = new NativeFixture({ deployer: DEPLOYER, enforceRights: true });
  await fixture.store.update((draft) => {
    for (const [index, [role, scope]] of roles.entries()) {
      const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${index}`;
      draft.arm.resources[id.toLowerCase()] = {
        id,
        type: "Microsoft.Authorization/roleAssignments",
        name: String(index),
        location: null,
        tags: {},
        properties: {
          principalId: DEPLOYER.principalId,
          scope,
          roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        },
        extra: {},
        hidden: {},
        createdAt: "2025-02-14T11:00:00Z",
        updatedAt: "2025-02-14T11:00:00Z",
      };
    }
  });
  return fixture;
}

describe("a deployer that is held to its roles", () => {
  it("may do nothing without one", async () => {
    const fixture = await withRoles();
    await refused(
      fixture.group(),
      `cannot check existence of resource '${GROUP}': status code 403, {"error":{"code":"AuthorizationFailed"`,
      `The client '${DEPLOYER.clientId}' with object id '${DEPLOYER.principalId}' does not have authorization to ` +
        `perform action 'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '${GROUP}'`,
    );
    await refused(
      fixture.provider.invoke({
        token: "azure-native:keyvault:getSecret",
        args: { resourceGroupName: "sell", vaultName: "v", secretName: "s" },
      }),
      'Status=403 Code="AuthorizationFailed"',
      "Microsoft.KeyVault/vaults/secrets/read",
    );
    assert.deepEqual(Object.keys(fixture.state.arm.resources), []);
  });

  it("may build, but not assign roles, as a contributor", async () => {
    const fixture = await withRoles([CONTRIBUTOR, SUBSCRIPTION]);
    await fixture.group();
    await fixture.vault();
    const assignment = {
      principalId: DEPLOYER.principalId,
      principalType: "ServicePrincipal",
      roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${OWNER}`,
      scope: VAULT,
    };
    await refused(
      fixture.declare("authorization:RoleAssignment", "grab", assignment),
      'Status=403 Code="AuthorizationFailed"',
      "Microsoft.Authorization/roleAssignments/write",
    );
  });

  it("needs a data-plane role to delete a secret, which it may create without one", async () => {
    const owner = await withRoles([OWNER, SUBSCRIPTION]);
    await owner.group();
    await owner.vault();
    const secret = await owner.declare("keyvault:Secret", "mailman", SECRET);
    await refused(
      owner.delete(secret),
      'Status=403 Code="Forbidden"',
      "Caller is not authorized to perform action on resource.",
      "Microsoft.KeyVault/vaults/secrets/delete",
    );

    const officer = await withRoles([OWNER, SUBSCRIPTION], [SECRETS_OFFICER, SUBSCRIPTION]);
    await officer.group();
    await officer.vault();
    const other = await officer.declare("keyvault:Secret", "mailman", SECRET);
    await officer.delete(other);
    assert.equal((await officer.read(other)).id, "");
  });

  it("is noted as the maker of what it makes", async () => {
    const fixture = await withRoles([OWNER, SUBSCRIPTION]);
    await fixture.group();
    const { outputs } = await fixture.declare("keyvault:Vault", "kv", {
      resourceGroupName: "sell",
      properties: VAULT_PROPERTIES,
    });
    assert.equal((outputs.systemData as Properties).createdBy, DEPLOYER.clientId);
  });
});
