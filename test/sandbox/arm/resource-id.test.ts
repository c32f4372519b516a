import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isWithin, parseResourceId, resourceKey } from "../../../sandbox/arm/resource-id.ts";

const GROUP = "/subscriptions/sub/resourceGroups/sell";
const VAULT = `${GROUP}/providers/Microsoft.KeyVault/vaults/v`;

describe("parseResourceId", () => {
  it("reads what an id says of its resource", () => {
    assert.deepEqual(parseResourceId(`${VAULT}/secrets/s`), {
      id: `${VAULT}/secrets/s`,
      type: "Microsoft.KeyVault/vaults/secrets",
      name: "s",
      subscriptionId: "sub",
      resourceGroup: "sell",
      parent: VAULT,
      scope: GROUP,
    });
    assert.deepEqual(parseResourceId(`${GROUP}/`), {
      id: GROUP,
      type: "Microsoft.Resources/resourceGroups",
      name: "sell",
      subscriptionId: "sub",
      resourceGroup: "sell",
      parent: undefined,
      scope: "/subscriptions/sub",
    });
    assert.equal(parseResourceId("subscriptions/sub").type, "Microsoft.Resources/subscriptions");
  });

  it("reads an extension resource by its last provider", () => {
    const id = `${VAULT}/providers/Microsoft.Authorization/roleAssignments/r`;
    const { type, name, scope, parent } = parseResourceId(id);
    assert.deepEqual(
      { type, name, scope, parent },
      { type: "Microsoft.Authorization/roleAssignments", name: "r", scope: VAULT, parent: undefined },
    );
    assert.equal(parseResourceId("/providers/microsoft.aadiam/diagnosticSettings/d").scope, "/");
  });

  it("refuses what is no id", () => {
    for (const text of [
      "",
      "/",
      "/resourceGroups/sell",
      `${GROUP}/providers/Microsoft.KeyVault`,
      `${GROUP}/x`,
    ]) {
      assert.throws(() => parseResourceId(text), /not a resource id/, text);
    }
    assert.throws(() => parseResourceId(`${GROUP}/providers/Microsoft.KeyVault/vaults`), /not a resource id/);
  });
});

describe("isWithin", () => {
  it("compares whole segments, whatever the case", () => {
    assert.equal(isWithin(VAULT, GROUP), true);
    assert.equal(isWithin(GROUP.toUpperCase(), GROUP), true);
    assert.equal(isWithin(`${GROUP}-2`, GROUP), false);
    assert.equal(isWithin(GROUP, VAULT), false);
    assert.equal(isWithin(GROUP, "/"), true);
  });
});

describe("resourceKey", () => {
  it("is the same for every spelling of an id", () => {
    assert.equal(resourceKey(`${VAULT}/`), resourceKey(VAULT.toUpperCase().slice(1)));
  });
});
