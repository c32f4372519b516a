import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isAllowed } from "../../../../../sandbox/arm/rbac.ts";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture, refused, SUBSCRIPTION } from "../native-fixture.ts";

const TYPE = "authorization:RoleDefinition";
const MAILMAN = "aaaaaaaa-0000-4000-8000-000000000001";
const NEWS: Properties = {
  scope: SUBSCRIPTION,
  roleName: "Secret rotator",
  permissions: [{ dataActions: ["Microsoft.KeyVault/vaults/secrets/setSecret/action"] }],
  assignableScopes: [SUBSCRIPTION],
};

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(new NativeFixture(), {
      type: TYPE,
      name: "rotator",
      news: NEWS,
      change: { description: "writes secrets" },
      fromAzure: ["id", "name", "type", "roleType", "createdOn"],
    });
  });

  it("can be assigned, and cannot be deleted while it is", async () => {
    const fixture = new NativeFixture();
    const definition = await fixture.declare(TYPE, "rotator", NEWS);
    assert.equal(definition.outputs.roleType, "CustomRole");
    assert.equal(definition.outputs.type, "Microsoft.Authorization/roleDefinitions");
    const assignment = await fixture.declare("authorization:RoleAssignment", "mailman", {
      principalId: MAILMAN,
      principalType: "ServicePrincipal",
      roleDefinitionId: definition.id,
      scope: SUBSCRIPTION,
    });
    const may = () =>
      isAllowed(fixture.state, {
        principalId: MAILMAN,
        scope: SUBSCRIPTION,
        dataAction: "Microsoft.KeyVault/vaults/secrets/setSecret/action",
      });
    assert.equal(may(), true);
    await refused(fixture.delete(definition), 'Code="RoleDefinitionHasAssignments"');
    await fixture.delete(assignment);
    await fixture.delete(definition);
    assert.equal(may(), false);
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = new NativeFixture();
    await fixture.declare(TYPE, "rotator", NEWS);
    const { roleName: _, ...unnamed } = NEWS;
    await refused(fixture.declare(TYPE, "a", NEWS), 'Status=409 Code="RoleDefinitionWithSameNameExists"');
    await refused(
      fixture.declare(TYPE, "a", { ...NEWS, roleName: "key vault reader" }),
      'Code="RoleDefinitionWithSameNameExists"',
    );
    await refused(fixture.declare(TYPE, "a", unnamed), 'Code="RoleDefinitionNameNullOrEmpty"');
    await refused(
      fixture.declare(TYPE, "a", { ...NEWS, roleName: "x", roleType: "BuiltInRole" }),
      'Code="RoleDefinitionTypeNotAllowed"',
    );
  });
});
