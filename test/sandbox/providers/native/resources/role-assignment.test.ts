import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isAllowed } from "../../../../../sandbox/arm/rbac.ts";
import { createGroup } from "../../../../../sandbox/entra/groups.ts";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { seededRandomness } from "../../../../../sandbox/randomness.ts";
import { livesThrough } from "../lifecycle.ts";
import {
  NativeFixture,
  NOW_MS,
  refused,
  SUBSCRIPTION,
  SUBSCRIPTION_ID,
  TENANT_ID,
  VAULT,
} from "../native-fixture.ts";

const TYPE = "authorization:RoleAssignment";
const MAILMAN = "aaaaaaaa-0000-4000-8000-000000000001";
const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";
const NAME = "bbbbbbbb-0000-4000-8000-000000000001";
const role = (id: string) => `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const NEWS: Properties = {
  principalId: MAILMAN,
  principalType: "ServicePrincipal",
  roleDefinitionId: role(SECRETS_USER),
  scope: `${VAULT}/secrets/mailman`,
};

async function withVault() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.vault();
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withVault(), {
      type: TYPE,
      name: "mailman",
      news: NEWS,
      change: { description: "so that mail is sent" },
      fromAzure: ["id", "name", "type", "createdOn", "createdBy", "updatedOn"],
    });
  });

  it("has the shape that Azure gives it", async () => {
    const fixture = await withVault();
    const { id, outputs } = await fixture.declare(TYPE, "mailman", { ...NEWS, roleAssignmentName: NAME });
    assert.equal(id, `${VAULT}/secrets/mailman/providers/Microsoft.Authorization/roleAssignments/${NAME}`);
    assert.deepEqual(outputs, {
      id,
      name: NAME,
      type: "Microsoft.Authorization/roleAssignments",
      principalId: MAILMAN,
      principalType: "ServicePrincipal",
      roleDefinitionId: role(SECRETS_USER),
      scope: `${VAULT}/secrets/mailman`,
      createdBy: "00000000-0000-0000-0000-000000000000",
      createdOn: "2025-02-14T11:30:00Z",
      updatedBy: "00000000-0000-0000-0000-000000000000",
      updatedOn: "2025-02-14T11:30:00Z",
      azureApiVersion: "2022-04-01",
    });
  });

  it("gives the rights of its role for as long as it is there", async () => {
    const fixture = await withVault();
    const may = () =>
      isAllowed(fixture.state, {
        principalId: MAILMAN,
        scope: `${VAULT}/secrets/mailman`,
        dataAction: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      });
    assert.equal(may(), false);
    const recorded = await fixture.declare(TYPE, "mailman", NEWS);
    assert.equal(may(), true);
    const reader = await fixture.update(recorded, {
      ...NEWS,
      roleDefinitionId: role("21090545-7ca7-4776-b22c-e363652d74d2"),
    });
    assert.equal(may(), false, "the role was changed in place");
    await fixture.delete(reader);
    assert.equal(may(), false);
  });

  it("takes a role by its id without a scope, and says it with one", async () => {
    const fixture = await withVault();
    const { outputs } = await fixture.declare(TYPE, "mailman", {
      ...NEWS,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_USER.toUpperCase()}`,
    });
    assert.equal(outputs.roleDefinitionId, role(SECRETS_USER));
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = await withVault();
    const other = `/subscriptions/00000000-8888-4777-8666-555555555555/resourceGroups/sell`;
    const cases: [Properties, string][] = [
      [{ roleAssignmentName: "mailman" }, 'Code="InvalidRoleAssignmentId"'],
      [{ principalId: "mailman" }, 'Code="InvalidPrincipalId"'],
      [
        { roleDefinitionId: role("99999999-0000-4000-8000-000000000001") },
        'Code="RoleDefinitionDoesNotExist"',
      ],
      [{ scope: `${SUBSCRIPTION}/resourceGroups/nowhere` }, 'Code="ResourceGroupNotFound"'],
      [{ scope: `${VAULT}-2` }, 'Code="ResourceNotFound"'],
      [{ scope: `${VAULT}-2/secrets/mailman` }, "The Resource 'Microsoft.KeyVault/vaults/sell-vault-2'"],
      [{ scope: other }, 'Code="SubscriptionNotFound"'],
      [{ condition: "@Resource[…]", conditionVersion: "2.0" }, 'Status=501 Code="NotEmulated"'],
      [{ scope: "/providers/Microsoft.Management/managementGroups/all" }, 'Status=501 Code="NotEmulated"'],
    ];
    for (const [change, text] of cases) {
      await refused(fixture.declare(TYPE, "mailman", { ...NEWS, ...change }), text);
    }
  });

  it("is there once for a principal, a role and a scope", async () => {
    const fixture = await withVault();
    await fixture.declare(TYPE, "mailman", { ...NEWS, roleAssignmentName: NAME });
    await refused(
      fixture.declare(TYPE, "again", { ...NEWS, roleAssignmentName: NAME.replace("b", "c") }),
      'Status=409 Code="RoleAssignmentExists"',
      NAME.replaceAll("-", ""),
    );
    await fixture.declare(TYPE, "vault", { ...NEWS, scope: VAULT });
  });

  it("is held against what the directory knows of the principal", async () => {
    const fixture = await withVault();
    const team = await fixture.store.update(
      (draft) =>
        createGroup(
          draft.entra,
          { displayName: "Sell", mailNickname: "sell", mailEnabled: false, securityEnabled: true },
          { nowMs: NOW_MS, randomness: seededRandomness(3) },
        ).id,
    );
    await refused(
      fixture.declare(TYPE, "team", { ...NEWS, principalId: team, principalType: "User" }),
      'Code="UnmatchedPrincipalType"',
      "has type 'Group'",
    );
    const { principalType: _, ...untyped } = NEWS;
    const { outputs } = await fixture.declare(TYPE, "team", { ...untyped, principalId: team });
    assert.equal(outputs.principalType, "Group");
    await refused(
      fixture.declare(TYPE, "mailman", untyped),
      'Code="PrincipalNotFound"',
      `does not exist in the directory ${TENANT_ID}`,
    );
  });

  it("of a subscription covers everything in it", async () => {
    const fixture = await withVault();
    const { id } = await fixture.declare(TYPE, "mailman", { ...NEWS, scope: SUBSCRIPTION });
    assert.match(id, new RegExp(`^/subscriptions/${SUBSCRIPTION_ID}/providers/Microsoft.Authorization/`));
    assert.equal(
      isAllowed(fixture.state, {
        principalId: MAILMAN,
        scope: VAULT,
        dataAction: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      }),
      true,
    );
  });
});
