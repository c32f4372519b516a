import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grantGraphRoles } from "../../../../sandbox/entra/deployer.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { NOW, token, world } from "./world.ts";

const REFUSED = /403 Authorization_RequestDenied/;

describe("rights of the identity that deploys", () => {
  it("are enough for what it owns: make an application, add and remove its secrets, delete it", async () => {
    const w = await world({ enforceRights: true });
    const config = await w.driver.invoke("azuread:index/getClientConfig:getClientConfig", {});
    const owners = [String(config.objectId)];
    const application = await w.driver.create(token("Application"), { displayName: "mine", owners });
    const principal = await w.driver.create(token("ServicePrincipal"), {
      clientId: String(application.outputs.clientId),
      owners,
    });
    const password = await w.driver.create(token("ApplicationPassword"), { applicationId: application.id });
    const { after } = await w.driver.change(application, { displayName: "still mine", owners });
    await w.driver.remove(password);
    await w.driver.remove(principal);
    await w.driver.remove(after);
  });

  it("end where it does not own: another's application is read, and not changed", async () => {
    const w = await world({ enforceRights: true });
    await w.directory.caller();
    const theirs = `/applications/${w.one.applicationId}`;
    const found = await w.driver.import(token("Application"), theirs);
    assert.ok(found);
    const before = w.store.state.entra.applications[w.one.applicationId];
    await assert.rejects(
      w.driver.create(token("ApplicationPassword"), { applicationId: theirs }),
      /403 Authorization_RequestDenied.*needs Application\.ReadWrite\.All, or Application\.ReadWrite\.OwnedBy over what it owns/,
    );
    await assert.rejects(w.driver.change(found, { displayName: "taken over" }), REFUSED);
    await assert.rejects(w.driver.remove(found), REFUSED);
    await assert.rejects(
      w.driver.create(token("ServicePrincipal"), { clientId: w.one.clientId, useExisting: true }),
      REFUSED,
    );
    assert.deepEqual(w.store.state.entra.applications[w.one.applicationId], before);
  });

  it("are lost over an application whose owners leave it out", async () => {
    const w = await world({ enforceRights: true });
    await w.directory.caller();
    const locked = await w.driver.create(token("Application"), {
      displayName: "locked out",
      owners: [w.one.userId],
    });
    await assert.rejects(
      w.driver.create(token("ApplicationPassword"), { applicationId: locked.id }),
      REFUSED,
    );
  });

  it("reach over every application with Application.ReadWrite.All", async () => {
    const w = await world({ enforceRights: true });
    const { principalId } = await w.directory.caller();
    await w.behindTheBack((entra) =>
      grantGraphRoles(entra, principalId, ["Application.ReadWrite.All"], {
        nowMs: Date.parse(NOW),
        randomness: seededRandomness("rights"),
      }),
    );
    await w.driver.create(token("ApplicationPassword"), {
      applicationId: `/applications/${w.one.applicationId}`,
    });
  });

  it("are none once its permissions are withdrawn", async () => {
    const w = await world({ enforceRights: true });
    const { principalId } = await w.directory.caller();
    await w.behindTheBack((entra) => {
      for (const assignment of Object.values(entra.appRoleAssignments)) {
        if (assignment.principalId === principalId) delete entra.appRoleAssignments[assignment.id];
      }
    });
    await assert.rejects(w.driver.create(token("Application"), { displayName: "x" }), REFUSED);
    await assert.rejects(
      w.driver.create(token("Group"), { displayName: "x", securityEnabled: true }),
      REFUSED,
    );
    await assert.rejects(
      w.driver.invoke("azuread:index/getGroup:getGroup", { displayName: "group one" }),
      REFUSED,
    );
    await assert.rejects(
      w.driver.create(token("GroupMember"), { groupObjectId: w.one.groupId, memberObjectId: w.one.userId }),
      REFUSED,
    );
    await assert.rejects(
      w.driver.create(token("AppRoleAssignment"), {
        appRoleId: "b633e1c5-b582-4048-a93e-9f11b44c7e96",
        principalObjectId: w.one.servicePrincipalId,
        resourceObjectId: w.graphPrincipalId,
      }),
      REFUSED,
    );
  });
});
