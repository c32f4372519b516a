import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("ServicePrincipal");
const GRAPH = "00000003-0000-0000-c000-000000000000";

describe("ServicePrincipal", () => {
  it("is made for an application, whose name and publications it shows", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, {
      clientId: w.one.freeClientId,
      owners: [w.one.userId],
      featureTags: [{ enterprise: true, hide: true }],
      notes: "n",
    });
    const stored = w.store.state.entra.servicePrincipals[String(mine.outputs.objectId)];
    assert.equal(mine.id, `/servicePrincipals/${stored?.id}`);
    assert.equal(mine.outputs.displayName, "free one");
    assert.equal(mine.outputs.applicationTenantId, w.store.state.entra.tenant.id);
    assert.deepEqual(stored?.owners, [w.one.userId]);
    assert.deepEqual(stored?.properties.tags, ["WindowsAzureActiveDirectoryIntegratedApp", "HideApp"]);
    assert.deepEqual(mine.outputs.features, [
      {
        customSingleSignOnApp: false,
        enterpriseApplication: true,
        galleryApplication: false,
        visibleToUsers: false,
      },
    ]);
    assert.deepEqual(await w.driver.refresh(mine), mine);
  });

  it("is disabled and enabled in place", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, { clientId: w.one.freeClientId });
    const { diff, after } = await w.driver.change(mine, {
      clientId: w.one.freeClientId,
      accountEnabled: false,
    });
    assert.deepEqual(diff.detailedDiff, { accountEnabled: "UPDATE" });
    assert.equal(
      w.store.state.entra.servicePrincipals[String(after.outputs.objectId)]?.accountEnabled,
      false,
    );
    const back = await w.driver.change(after, { clientId: w.one.freeClientId });
    assert.equal(back.after.outputs.accountEnabled, true);
  });

  it("takes one over that exists only when told to", async () => {
    const w = await world();
    await assert.rejects(
      w.driver.create(TYPE, { clientId: w.one.clientId }),
      new RegExp(
        `A resource with the ID "/servicePrincipals/${w.one.servicePrincipalId}" already exists - to be managed via Terraform`,
      ),
    );
    const graph = await w.driver.create(TYPE, { clientId: GRAPH, useExisting: true });
    assert.equal(graph.outputs.objectId, w.graphPrincipalId);
    const roles = graph.outputs.appRoleIds;
    assert.equal(Reflect.get(Object(roles), "Mail.Send"), "b633e1c5-b582-4048-a93e-9f11b44c7e96");
    const scopes = graph.outputs.oauth2PermissionScopeIds;
    assert.equal(Reflect.get(Object(scopes), "Mail.Send"), "e383f46e-2787-4529-855e-0e479a3ffac0");
  });

  it("is refused for a client id that no application has", async () => {
    const { driver } = await world();
    await assert.rejects(
      driver.create(TYPE, { clientId: "00000000-0000-4000-8000-00000000dead" }),
      /NoBackingApplicationObject/,
    );
  });

  it("sees drift, is imported, and goes to the deleted items", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, { clientId: w.one.freeClientId, description: "d" });
    await w.behindTheBack((entra) => {
      const stored = entra.servicePrincipals[String(mine.outputs.objectId)];
      if (stored) stored.properties.description = "changed in the portal";
    });
    const seen = await w.driver.refresh(mine);
    assert.ok(seen);
    const diff = await w.driver.diff(seen, { clientId: w.one.freeClientId, description: "d" });
    assert.deepEqual(diff.detailedDiff, { description: "UPDATE" });
    const found = await w.driver.import(TYPE, mine.id);
    assert.deepEqual(found?.inputs, {
      __defaults: [],
      clientId: w.one.freeClientId,
      description: "changed in the portal",
    });
    await w.driver.remove(mine);
    assert.equal(w.store.state.entra.deletedItems[String(mine.outputs.objectId)]?.kind, "servicePrincipal");
    assert.equal(await w.driver.refresh(mine), undefined);
  });
});
