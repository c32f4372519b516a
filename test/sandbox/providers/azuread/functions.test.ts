import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { addGroupMember } from "../../../../sandbox/entra/references.ts";
import { RefusedInputs } from "../../../support/resource-driver.ts";
import { TENANT_ID, token, type World, world } from "./world.ts";

const call = (name: string) => `azuread:index/${name}:${name}`;

describe("functions of azuread", () => {
  let w: World;
  before(async () => {
    w = await world();
    await w.behindTheBack((entra) => {
      addGroupMember(entra, w.one.groupId, w.one.userId);
      addGroupMember(entra, w.one.groupId, w.two.groupId);
      addGroupMember(entra, w.two.groupId, w.two.userId);
    });
  });

  it("getClientConfig tells who is signed in: the deployer, made once", async () => {
    const config = await w.driver.invoke(call("getClientConfig"), {});
    const { deployer } = w.store.state.host;
    assert.deepEqual(config, {
      id: `${TENANT_ID}-${deployer?.clientId}-${deployer?.principalId}`,
      clientId: deployer?.clientId,
      objectId: deployer?.principalId,
      tenantId: TENANT_ID,
    });
    assert.deepEqual(await w.driver.invoke(call("getClientConfig"), {}), config);
    const configured = "55555555-5555-4555-8555-555555555555";
    await w.provider.configure({ args: { tenantId: configured }, variables: {} });
    assert.equal((await w.driver.invoke(call("getClientConfig"), {})).tenantId, configured);
    await w.provider.configure({ args: {}, variables: {} });
  });

  it("getApplication finds by client id, object id, name or identifier URI", async () => {
    const { outputs } = await w.driver.create(token("Application"), {
      displayName: "sought",
      identifierUris: ["api://sought"],
      web: { implicitGrant: { idTokenIssuanceEnabled: true } },
    });
    for (const by of [
      { clientId: outputs.clientId ?? "" },
      { objectId: outputs.objectId ?? "" },
      { displayName: "sought" },
      { identifierUri: "api://sought" },
    ]) {
      const found = await w.driver.invoke(call("getApplication"), by);
      assert.equal(found.id, `/applications/${outputs.objectId}`);
      assert.equal(found.clientId, outputs.clientId);
    }
    const { webs } = await w.driver.invoke(call("getApplication"), { displayName: "sought" });
    assert.deepEqual(Reflect.get(Object(webs), 0).implicitGrants, [
      { accessTokenIssuanceEnabled: false, idTokenIssuanceEnabled: true },
    ]);
  });

  it("getGroup tells its members, on request those of its groups, too", async () => {
    const direct = await w.driver.invoke(call("getGroup"), { displayName: "group one" });
    assert.deepEqual(direct.members, [w.one.userId, w.two.groupId]);
    const all = await w.driver.invoke(call("getGroup"), {
      objectId: w.one.groupId,
      includeTransitiveMembers: true,
    });
    assert.deepEqual(all.members, [w.one.userId, w.two.groupId, w.two.userId]);
    const byNickname = await w.driver.invoke(call("getGroup"), {
      mailNickname: "two",
      securityEnabled: true,
    });
    assert.equal(byNickname.objectId, w.two.groupId);
    await assert.rejects(
      w.driver.invoke(call("getGroup"), { objectId: w.one.groupId, mailEnabled: true }),
      /not what was asked for/,
    );
  });

  it("getGroups finds several, and may pass over those that are not there", async () => {
    const both = await w.driver.invoke(call("getGroups"), { displayNames: ["group two", "group one"] });
    assert.deepEqual(both.objectIds, [w.two.groupId, w.one.groupId]);
    const prefixed = await w.driver.invoke(call("getGroups"), { displayNamePrefix: "group " });
    assert.deepEqual(prefixed.displayNames, ["group one", "group two"]);
    const some = await w.driver.invoke(call("getGroups"), {
      objectIds: [w.one.groupId, "00000000-0000-4000-8000-00000000dead"],
      ignoreMissing: true,
    });
    assert.deepEqual(some.objectIds, [w.one.groupId]);
    await assert.rejects(
      w.driver.invoke(call("getGroups"), { displayNames: ["group three"] }),
      /no group found with displayName "group three"/,
    );
  });

  it("getServicePrincipal and getServicePrincipals find by client id, name and object id", async () => {
    for (const by of [
      { clientId: w.one.clientId },
      { displayName: "app one" },
      { objectId: w.one.servicePrincipalId },
    ]) {
      const found = await w.driver.invoke(call("getServicePrincipal"), by);
      assert.equal(found.id, `/servicePrincipals/${w.one.servicePrincipalId}`);
      assert.equal(found.clientId, w.one.clientId);
    }
    const several = await w.driver.invoke(call("getServicePrincipals"), {
      clientIds: [w.two.clientId, w.one.clientId],
    });
    assert.deepEqual(several.objectIds, [w.two.servicePrincipalId, w.one.servicePrincipalId]);
    const all = await w.driver.invoke(call("getServicePrincipals"), { returnAll: true });
    assert.equal(
      Object(all.servicePrincipals).length,
      Object.keys(w.store.state.entra.servicePrincipals).length,
    );
  });

  it("fail when nothing is found, and when too much is", async () => {
    await assert.rejects(
      w.driver.invoke(call("getApplication"), { displayName: "nobody's" }),
      /no application found with displayName "nobody's"/,
    );
    for (let i = 0; i < 2; i++) await w.driver.create(token("Application"), { displayName: "twins" });
    await assert.rejects(
      w.driver.invoke(call("getApplication"), { displayName: "twins" }),
      /more than one application found/,
    );
    await assert.rejects(
      w.driver.invoke(call("getGroup"), { objectId: "00000000-0000-4000-8000-00000000dead" }),
      /404 Request_ResourceNotFound/,
    );
  });

  it("refuse wrong arguments by name, all at once", async () => {
    await assert.rejects(
      w.driver.invoke(call("getServicePrincipal"), { clientId: "x", objectId: "y", bogus: 1 }),
      (error: unknown) => {
        assert.ok(error instanceof RefusedInputs);
        const named = error.failures.map(({ property }) => property).sort();
        assert.deepEqual(named, ["bogus", "clientId", "clientId", "objectId"]);
        return true;
      },
    );
  });
});
