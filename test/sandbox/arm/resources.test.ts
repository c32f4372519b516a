import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Draft } from "immer";
import { ArmError } from "../../../sandbox/arm/errors.ts";
import type { ArmContext } from "../../../sandbox/arm/resource-types.ts";
import { deleteResource, getResource, putResource } from "../../../sandbox/arm/resources.ts";
import { publicVaultUri } from "../../../sandbox/keyvault/vaults.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import { initialState, type State } from "../../../sandbox/state.ts";
import { applied } from "../../../sandbox/store.ts";

const NOW_MS = Date.parse("2025-02-14T11:30:00Z");
const TENANT_ID = "11111111-2222-4333-8444-555555555555";
const SUBSCRIPTION = "/subscriptions/99999999-8888-4777-8666-555555555555";
const GROUP = `${SUBSCRIPTION}/resourceGroups/sell`;
const VAULT = `${GROUP}/providers/Microsoft.KeyVault/vaults/sell-vault`;
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs`;

class Manager {
  state: State = initialState({
    nowMs: NOW_MS,
    tenantId: TENANT_ID,
    subscriptionId: SUBSCRIPTION.slice("/subscriptions/".length),
  });
  readonly context: ArmContext = {
    nowMs: NOW_MS,
    randomness: seededRandomness(1),
    vaultUri: publicVaultUri,
    caller: { clientId: "client", principalId: "principal" },
  };

  put(id: string, body: Parameters<typeof putResource>[2]) {
    return this.#change((draft) => JSON.parse(JSON.stringify(putResource(draft, id, body, this.context))));
  }

  get(id: string) {
    return getResource(this.state, id, publicVaultUri);
  }

  delete(id: string): void {
    this.#change((draft) => deleteResource(draft, id, this.context));
  }

  #change<T>(change: (draft: Draft<State>) => T): T {
    const { state, result } = applied(this.state, change);
    this.state = state;
    return result;
  }
}

const refusal = (status: number, code: string) => (error: unknown) =>
  error instanceof ArmError && error.status === status && error.code === code;

describe("putResource", () => {
  it("keeps a resource as Azure returns it, and finds it in whatever case", () => {
    const manager = new Manager();
    manager.put(GROUP, { location: "West Europe", tags: { a: "b" } });
    const expected = {
      id: GROUP,
      name: "sell",
      type: "Microsoft.Resources/resourceGroups",
      location: "westeurope",
      tags: { a: "b" },
      properties: { provisioningState: "Succeeded" },
    };
    assert.deepEqual(manager.get(GROUP), expected);
    assert.deepEqual(manager.get(GROUP.toUpperCase()), expected);
    manager.put(GROUP.toUpperCase(), { location: "westeurope" });
    assert.deepEqual(manager.get(GROUP), { ...expected, tags: {} });
    assert.equal(Object.keys(manager.state.arm.resources).length, 1);
  });

  it("refuses what has nowhere to be", () => {
    const manager = new Manager();
    assert.throws(() => manager.put(WORKSPACE, { location: "x" }), refusal(404, "ResourceGroupNotFound"));
    assert.throws(
      () =>
        manager.put("/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/a", {
          location: "x",
        }),
      refusal(404, "SubscriptionNotFound"),
    );
    manager.put(GROUP, { location: "westeurope" });
    assert.throws(
      () => manager.put(`${VAULT}/secrets/a`, { properties: { value: "x" } }),
      refusal(404, "ParentResourceNotFound"),
    );
    assert.throws(
      () => manager.put(`${VAULT}/providers/Microsoft.Insights/diagnosticSettings/a`, {}),
      refusal(404, "ResourceNotFound"),
    );
  });

  it("refuses a resource without a location, or in another one than it has", () => {
    const manager = new Manager();
    assert.throws(() => manager.put(GROUP, {}), refusal(400, "LocationRequired"));
    manager.put(GROUP, { location: "westeurope" });
    assert.throws(
      () => manager.put(GROUP, { location: "northeurope" }),
      refusal(409, "InvalidResourceLocation"),
    );
  });

  it("names what the sandbox does not emulate, and what is no id", () => {
    const manager = new Manager();
    manager.put(GROUP, { location: "westeurope" });
    const site = `${GROUP}/providers/Microsoft.Web/sites/s`;
    assert.throws(
      () => manager.put(site, { location: "westeurope" }),
      /^ArmError: The sandbox does not emulate the resource type Microsoft.Web\/sites\.$/,
    );
    assert.throws(() => manager.get(site), refusal(501, "NotEmulated"));
    assert.throws(() => manager.put("nonsense", {}), refusal(400, "InvalidResourceId"));
  });

  it("changes nothing when it refuses", () => {
    const manager = new Manager();
    manager.put(GROUP, { location: "westeurope" });
    const before = manager.state;
    assert.throws(() => manager.put(VAULT, { location: "westeurope", properties: {} }));
    assert.equal(manager.state, before);
  });
});

describe("getResource", () => {
  it("says what there is not", () => {
    const manager = new Manager();
    assert.throws(() => manager.get(GROUP), refusal(404, "ResourceGroupNotFound"));
    manager.put(GROUP, { location: "westeurope" });
    assert.throws(() => manager.get(WORKSPACE), refusal(404, "ResourceNotFound"));
    const role = `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/r`;
    assert.throws(() => manager.get(role), refusal(404, "RoleAssignmentNotFound"));
  });
});

describe("deleteResource", () => {
  it("takes along what is in a resource and on it, and nothing beside it", () => {
    const manager = new Manager();
    manager.put(GROUP, { location: "westeurope" });
    manager.put(`${GROUP}-2`, { location: "westeurope" });
    manager.put(VAULT, {
      location: "westeurope",
      properties: { tenantId: TENANT_ID, sku: { family: "A", name: "standard" } },
    });
    manager.put(WORKSPACE, { location: "westeurope" });
    const setting = `${VAULT}/providers/Microsoft.Insights/diagnosticSettings/audit`;
    manager.put(setting, {
      properties: { workspaceId: WORKSPACE, logs: [{ category: "AuditEvent", enabled: true }] },
    });

    manager.delete(VAULT);
    assert.throws(() => manager.get(setting), refusal(404, "ResourceNotFound"));
    assert.equal(manager.get(WORKSPACE).name, "logs");
    manager.delete(GROUP);
    assert.deepEqual(Object.keys(manager.state.arm.resources), [`${GROUP}-2`.toLowerCase()]);
    manager.delete(GROUP);
  });
});
