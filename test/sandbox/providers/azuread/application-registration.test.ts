import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("ApplicationRegistration");

describe("ApplicationRegistration", () => {
  it("registers an application that its maker owns", async () => {
    const w = await world();
    const { outputs, id } = await w.driver.create(TYPE, { displayName: "mailman", notes: "n" });
    const { deployer, ...rest } = w.store.state.host;
    assert.ok(deployer, JSON.stringify(rest));
    const application = w.store.state.entra.applications[String(outputs.objectId)];
    assert.equal(id, `/applications/${application?.id}`);
    assert.deepEqual(application?.owners, [deployer.principalId]);
    assert.equal(application?.properties.notes, "n");
    assert.equal(outputs.requestedAccessTokenVersion, 2);
  });

  it("leaves alone what other resources have set on the application", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, { displayName: "mailman" });
    await w.behindTheBack((entra) => {
      const application = entra.applications[String(mine.outputs.objectId)];
      if (application) application.properties.web = { redirectUris: ["https://sell.example/cb"] };
    });
    const { diff, after } = await w.driver.change(mine, {
      displayName: "mailman-2",
      homepageUrl: "https://sell.example/",
    });
    assert.deepEqual(diff.detailedDiff, { displayName: "UPDATE", homepageUrl: "UPDATE" });
    const { web } = w.store.state.entra.applications[String(after.outputs.objectId)]?.properties ?? {};
    assert.deepEqual(Reflect.get(Object(web), "redirectUris"), ["https://sell.example/cb"]);
    assert.equal(Reflect.get(Object(web), "homePageUrl"), "https://sell.example/");
  });

  it("goes back to a default, and to nothing, when an input is no longer given", async () => {
    const { driver } = await world();
    const mine = await driver.create(TYPE, {
      displayName: "mailman",
      signInAudience: "AzureADMultipleOrgs",
      supportUrl: "https://sell.example/s",
    });
    const { diff, after } = await driver.change(mine, { displayName: "mailman" });
    assert.deepEqual(diff.detailedDiff, { signInAudience: "UPDATE", supportUrl: "DELETE" });
    assert.equal(after.outputs.signInAudience, "AzureADMyOrg");
    assert.equal(after.outputs.supportUrl, "");
  });

  it("is read back, imported and deleted", async () => {
    const w = await world();
    const mine = await w.driver.create(TYPE, { displayName: "mailman", groupMembershipClaims: ["All"] });
    assert.deepEqual(await w.driver.refresh(mine), mine);
    const found = await w.driver.import(TYPE, mine.id);
    assert.deepEqual(found?.inputs, {
      __defaults: [],
      displayName: "mailman",
      groupMembershipClaims: ["All"],
    });
    await w.driver.remove(mine);
    assert.equal(await w.driver.refresh(mine), undefined);
  });
});
