import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { judgePassword } from "../../../../sandbox/entra/passwords.ts";
import type { Properties } from "../../../../sandbox/providers/provider.ts";
import { isSecret, UNKNOWN } from "../../../../sandbox/providers/values.ts";
import { plainOutputs } from "../../../support/resource-driver.ts";
import { NOW, token, type World, world } from "./world.ts";

const TYPE = token("Application");
const ROLE = {
  id: "70000000-0000-4000-8000-000000000002",
  allowedMemberTypes: ["Application"],
  description: "May send",
  displayName: "Send",
  value: "Mail.Send.All",
};

describe("Application", () => {
  let w: World;
  before(async () => {
    w = await world();
  });

  const everything = (): Properties => ({
    displayName: "mailman",
    description: "sends mail",
    owners: [w.one.userId],
    identifierUris: ["api://mailman"],
    signInAudience: "AzureADMultipleOrgs",
    groupMembershipClaims: ["SecurityGroup", "DirectoryRole"],
    tags: ["keyturn"],
    notes: "see the runbook",
    marketingUrl: "https://sell.example/m",
    appRoles: [ROLE],
    api: {
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [{ id: "70000000-0000-4000-8000-000000000001", value: "mail.send" }],
    },
    web: {
      redirectUris: ["https://sell.example/cb"],
      homepageUrl: "https://sell.example/",
      implicitGrant: { idTokenIssuanceEnabled: true },
    },
    requiredResourceAccesses: [
      {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        resourceAccesses: [{ id: "b633e1c5-b582-4048-a93e-9f11b44c7e96", type: "Role" }],
      },
    ],
    optionalClaims: { idTokens: [{ name: "email", essential: true }] },
  });

  it("is written to the directory as Graph has it", async () => {
    const { outputs, id } = await w.driver.create(TYPE, everything());
    const application = w.store.state.entra.applications[String(outputs.objectId)];
    assert.ok(application);
    assert.equal(id, `/applications/${application.id}`);
    assert.equal(application.appId, outputs.clientId);
    assert.deepEqual(application.owners, [w.one.userId]);
    assert.equal(application.signInAudience, "AzureADMultipleOrgs");
    assert.deepEqual(application.requiredResourceAccess[0]?.resourceAccess, [
      { id: "b633e1c5-b582-4048-a93e-9f11b44c7e96", type: "Role" },
    ]);
    const { web, api, groupMembershipClaims, info } = application.properties;
    assert.equal(groupMembershipClaims, "SecurityGroup,DirectoryRole");
    assert.deepEqual(web, {
      homePageUrl: "https://sell.example/",
      logoutUrl: null,
      redirectUris: ["https://sell.example/cb"],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: true },
    });
    assert.equal(Reflect.get(Object(api), "requestedAccessTokenVersion"), 2);
    assert.equal(Reflect.get(Object(info), "marketingUrl"), "https://sell.example/m");
    assert.deepEqual(outputs.appRoleIds, { "Mail.Send.All": ROLE.id });
    assert.deepEqual(outputs.oauth2PermissionScopeIds, {
      "mail.send": "70000000-0000-4000-8000-000000000001",
    });
  });

  it("tells drift after a refresh, and the next update puts it right", async () => {
    const mine = await w.driver.create(TYPE, { displayName: "drifting", owners: [w.one.userId] });
    await w.behindTheBack((entra) => {
      const application = entra.applications[String(mine.outputs.objectId)];
      assert.ok(application);
      application.displayName = "renamed in the portal";
      application.owners.push(w.two.userId);
    });
    const seen = await w.driver.refresh(mine);
    assert.equal(seen?.outputs.displayName, "renamed in the portal");
    assert.equal(seen?.inputs.displayName, "renamed in the portal");
    assert.ok(seen);
    const { diff, after } = await w.driver.change(seen, { displayName: "drifting", owners: [w.one.userId] });
    assert.deepEqual(diff.diffs, ["displayName", "owners"]);
    assert.deepEqual(after.outputs.owners, [w.one.userId]);
    assert.equal(after.outputs.displayName, "drifting");
  });

  it("leaves what the program says nothing of to others", async () => {
    const mine = await w.driver.create(TYPE, { displayName: "shared" });
    await w.behindTheBack((entra) => {
      const application = entra.applications[String(mine.outputs.objectId)];
      if (application) application.properties.tags = ["from the portal"];
    });
    const seen = await w.driver.refresh(mine);
    assert.ok(seen);
    assert.equal((await w.driver.diff(seen, { displayName: "shared" })).changes, "DIFF_NONE");
  });

  it("ignores what it is told to ignore, however it came to differ", async () => {
    const mine = await w.driver.create(TYPE, { displayName: "ignoring", owners: [w.one.userId] });
    await w.behindTheBack((entra) => {
      entra.applications[String(mine.outputs.objectId)]?.owners.push(w.two.userId);
    });
    const seen = await w.driver.refresh(mine);
    assert.ok(seen);
    const inputs = { displayName: "ignoring", owners: [w.one.userId] };
    assert.equal((await w.driver.diff(seen, inputs)).changes, "DIFF_SOME");
    assert.equal((await w.driver.diff(seen, inputs, ["owners"])).changes, "DIFF_NONE");
  });

  it("can be imported by its id, with the inputs that a program would need", async () => {
    const mine = await w.driver.create(TYPE, { ...everything(), identifierUris: ["api://imported"] });
    const found = await w.driver.import(TYPE, mine.id);
    assert.ok(found);
    assert.equal(found.inputs.displayName, "mailman");
    assert.deepEqual(found.inputs.owners, [w.one.userId]);
    assert.equal("clientId" in found.inputs, false);
    const { __defaults: _, ...inputs } = found.inputs;
    assert.equal((await w.driver.diff(found, inputs)).changes, "DIFF_NONE");
    assert.equal(
      await w.driver.import(TYPE, "/applications/00000000-0000-4000-8000-00000000dead"),
      undefined,
    );
    await assert.rejects(
      w.driver.import(TYPE, "mailman"),
      /expected an id of the form \/applications\/\{applicationId\}/,
    );
  });

  it("makes its inline password once, gives the value as a secret and keeps only its hash", async () => {
    const password = { displayName: "first", endDate: "2031-01-01T00:00:00Z" };
    const mine = await w.driver.create(TYPE, { displayName: "with password", password });
    const shown = mine.outputs.password as Properties;
    assert.ok(isSecret(shown.value));
    const value = String(shown.value.value);
    assert.match(value, /^.{3}8Q~.{34}$/);
    assert.equal(shown.endDate, "2031-01-01T00:00:00Z");
    assert.equal(JSON.stringify(w.store.state).includes(value), false);
    assert.deepEqual(plainOutputs((await w.driver.refresh(mine)) ?? mine), plainOutputs(mine));
    assert.equal(
      (await w.driver.diff(mine, { displayName: "with password", password })).changes,
      "DIFF_NONE",
    );

    const { after } = await w.driver.change(mine, {
      displayName: "with password",
      password: { ...password, displayName: "second" },
    });
    const renewed = plainOutputs(after).password as Properties;
    assert.notEqual(renewed.value, value);
    const credentials =
      w.store.state.entra.applications[String(after.outputs.objectId)]?.passwordCredentials ?? [];
    assert.deepEqual(
      credentials.map(({ keyId }) => keyId),
      [renewed.keyId],
    );
    const times = { nowMs: Date.parse(NOW), propagationMs: 0 };
    assert.equal(judgePassword(credentials, String(renewed.value), times).verdict, "accepted");
    assert.equal(judgePassword(credentials, value, times).verdict, "unknown");

    const without = await w.driver.change(after, { displayName: "with password" });
    assert.equal(without.after.outputs.password, null);
    assert.deepEqual(
      w.store.state.entra.applications[String(after.outputs.objectId)]?.passwordCredentials,
      [],
    );
  });

  it("goes to the deleted items with its service principal", async () => {
    const mine = await w.driver.create(TYPE, { displayName: "short-lived" });
    await w.driver.remove(mine);
    assert.equal(w.store.state.entra.applications[String(mine.outputs.objectId)], undefined);
    assert.equal(w.store.state.entra.deletedItems[String(mine.outputs.objectId)]?.kind, "application");
    assert.equal(await w.driver.refresh(mine), undefined);
  });

  it("refuses a second of the same name when told to, naming the first", async () => {
    const first = await w.driver.create(TYPE, { displayName: "only one" });
    await assert.rejects(
      w.driver.create(TYPE, { displayName: "only one", preventDuplicateNames: true }),
      new RegExp(`"only one" is taken by ${first.outputs.objectId}`),
    );
    const unique = await w.driver.create(TYPE, { displayName: "another", preventDuplicateNames: true });
    assert.equal(
      (await w.driver.diff(unique, { displayName: "another", preventDuplicateNames: true })).changes,
      "DIFF_NONE",
    );
  });

  it("says by name what it does not emulate", async () => {
    for (const inputs of [
      { logoImage: "iVBORw0KGgo=" },
      { templateId: "70000000-0000-4000-8000-000000000009" },
    ]) {
      const [name] = Object.keys(inputs);
      await assert.rejects(w.driver.create(TYPE, { displayName: "x", ...inputs }), {
        code: "UNIMPLEMENTED",
        message: new RegExp(`"${name}"`),
      });
    }
  });

  it("passes the directory's refusals on, and then has changed nothing", async () => {
    const applications = Object.keys(w.store.state.entra.applications).length;
    const nobody = "00000000-0000-4000-8000-00000000dead";
    await assert.rejects(
      w.driver.create(TYPE, { displayName: "owned by nobody", owners: [nobody] }),
      new RegExp(`404 Request_ResourceNotFound.*${nobody}`),
    );
    assert.equal(Object.keys(w.store.state.entra.applications).length, applications);
  });

  it("knows in a preview what an update will make unknown", async () => {
    const mine = await w.driver.create(TYPE, { displayName: "previewed" });
    const diff = await w.driver.diff(mine, {
      displayName: "previewed",
      appRoles: [ROLE],
      web: { redirectUris: [UNKNOWN] },
    });
    assert.deepEqual(diff.detailedDiff, {
      appRoleIds: "UPDATE",
      appRoles: "ADD",
      "web.redirectUris": "ADD",
    });
  });
});
