import assert from "node:assert/strict";
import { test } from "node:test";
import { createAppRoleAssignment, grantedAppRoles } from "../../../sandbox/entra/app-role-assignments.ts";
import { applicationOf, applicationOfClient } from "../../../sandbox/entra/application-lookup.ts";
import {
  createApplication,
  deleteApplication,
  updateApplication,
} from "../../../sandbox/entra/applications.ts";
import { deletedItems, purgeDeletedItem, restoreDeletedItem } from "../../../sandbox/entra/deleted-items.ts";
import { createDeployer } from "../../../sandbox/entra/deployer.ts";
import { createGroup } from "../../../sandbox/entra/groups.ts";
import { initialEntraState } from "../../../sandbox/entra/initial-state.ts";
import {
  consentedScopes,
  createPermissionGrant,
  recordConsent,
} from "../../../sandbox/entra/permission-grants.ts";
import {
  appRolesOf,
  permissionScopesOf,
  servicePrincipalNamesOf,
} from "../../../sandbox/entra/published-permissions.ts";
import {
  createServicePrincipal,
  deleteServicePrincipal,
  servicePrincipalOfClient,
} from "../../../sandbox/entra/service-principals.ts";
import { createUser } from "../../../sandbox/entra/users.ts";
import { exchangeOnline } from "../../../sandbox/entra/well-known/exchange-online.ts";
import { microsoftGraph } from "../../../sandbox/entra/well-known/microsoft-graph.ts";
import { publishedApplications } from "../../../sandbox/entra/well-known/service-principals.ts";
import { NOW_MS, newDirectory, refusedWith } from "./directory.ts";

test("an application is made with what is given, and changed by what is named", () => {
  const { entra, context } = newDirectory();
  const { id, appId } = createApplication(
    entra,
    {
      displayName: "a",
      properties: { web: { homePageUrl: "https://a.example", redirectUris: ["https://a.example/1"] } },
      createdBy: "creator",
    },
    context,
  );
  assert.deepEqual(applicationOf(entra, id).owners, ["creator"]);
  updateApplication(entra, id, {
    properties: { web: { redirectUris: ["https://a.example/2"] }, notes: "n" },
  });
  assert.deepEqual(applicationOf(entra, id.toUpperCase()).properties, {
    web: { homePageUrl: "https://a.example", redirectUris: ["https://a.example/2"] },
    notes: "n",
  });
  assert.equal(applicationOfClient(entra, appId.toUpperCase())?.id, id);
});

test("what an application may not be is refused", () => {
  const { entra, context } = newDirectory();
  createApplication(entra, { displayName: "taken", properties: { identifierUris: ["api://x"] } }, context);
  const before = structuredClone(entra);
  for (const body of [
    {},
    { displayName: " " },
    { displayName: "x".repeat(257) },
    { displayName: "a", signInAudience: "Everybody" },
    { displayName: "a", properties: { identifierUris: ["api://x"] } },
  ]) {
    assert.throws(() => createApplication(entra, body, context), refusedWith(400));
  }
  assert.deepEqual(entra, before);
});

test("a service principal follows its application: one each, with its name, gone with it", () => {
  const { entra, context } = newDirectory();
  const { id, appId } = createApplication(entra, { displayName: "a" }, context);
  const principal = createServicePrincipal(entra, { appId }, context);
  assert.throws(() => createServicePrincipal(entra, { appId }, context), refusedWith(409));
  const unknown = "99999999-9999-4999-8999-999999999999";
  assert.throws(() => createServicePrincipal(entra, { appId: unknown }, context), {
    code: "NoBackingApplicationObject",
  });
  updateApplication(entra, id, { displayName: "b" });
  assert.equal(servicePrincipalOfClient(entra, appId)?.displayName, "b");
  deleteApplication(entra, id, NOW_MS);
  assert.equal(servicePrincipalOfClient(entra, appId), undefined);
  assert.equal(entra.servicePrincipals[principal.id], undefined);
});

test("what is deleted leaves no reference behind, and can come back without its grants", () => {
  const { entra, context } = newDirectory();
  const { id, appId } = createApplication(entra, { displayName: "a" }, context);
  const principal = createServicePrincipal(entra, { appId }, context);
  const user = createUser(entra, { displayName: "u", userPrincipalName: "u@x.example" }, context);
  const graph = servicePrincipalOfClient(entra, microsoftGraph.appId);
  assert.ok(graph);
  const fixed = { mailEnabled: false, mailNickname: "g", securityEnabled: true };
  const group = createGroup(
    entra,
    { displayName: "g", ...fixed, owners: [principal.id], members: [principal.id] },
    context,
  );
  const role = {
    principalId: principal.id,
    resourceId: graph.id,
    appRoleId: microsoftGraph.appRoles[0]?.id ?? "",
  };
  createAppRoleAssignment(entra, role, context);
  const grant = {
    clientId: principal.id,
    resourceId: graph.id,
    consentType: "Principal",
    principalId: user.id,
  };
  createPermissionGrant(entra, { ...grant, scope: "Mail.Send" }, context);

  deleteApplication(entra, id, NOW_MS);
  assert.ok(!JSON.stringify({ ...entra, deletedItems: {} }).includes(principal.id));
  assert.deepEqual(entra.groups[group.id]?.owners, []);

  restoreDeletedItem(entra, id, NOW_MS);
  assert.equal(servicePrincipalOfClient(entra, appId)?.id, principal.id);
  assert.deepEqual(grantedAppRoles(entra, principal.id, graph.id), []);
  deleteServicePrincipal(entra, principal.id, NOW_MS);
  purgeDeletedItem(entra, principal.id, NOW_MS);
  assert.throws(() => restoreDeletedItem(entra, principal.id, NOW_MS), refusedWith(404));
});

test("deleted items are kept for 30 days to the second", () => {
  const { entra, context } = newDirectory();
  const { id } = createApplication(entra, { displayName: "a" }, context);
  deleteApplication(entra, id, NOW_MS);
  const endMs = NOW_MS + 30 * 86_400_000;
  assert.equal(deletedItems(entra, endMs - 1).length, 1);
  assert.equal(deletedItems(entra, endMs).length, 0);
});

test("Microsoft's own applications are there from the start, with the permissions that mail needs", () => {
  const { entra } = newDirectory();
  for (const { appId } of publishedApplications.values())
    assert.ok(servicePrincipalOfClient(entra, appId), appId);
  const exchange = { appId: exchangeOnline.appId };
  const roleIds = Object.fromEntries(appRolesOf(entra, exchange).map(({ value, id }) => [value, id]));
  assert.equal(roleIds["IMAP.AccessAsApp"], "5e5addcd-3e8d-4e90-baf5-964efab2b20a");
  assert.equal(roleIds["POP.AccessAsApp"], "cb842b43-da6e-4506-86fe-bb12199c656d");
  assert.equal(roleIds["SMTP.SendAsApp"], "7146a1f0-8703-45b3-9eae-527a64c00995");
  const scopes = permissionScopesOf(entra, exchange).map(({ value }) => value);
  assert.ok(scopes.includes("SMTP.Send") && scopes.includes("IMAP.AccessAsUser.All"));
  const ids = [...publishedApplications.values()].flatMap(({ appRoles, scopes }) =>
    [appRoles, scopes].map((list) => list.map(({ id }) => id)),
  );
  for (const list of ids) {
    assert.equal(new Set(list).size, list.length);
    for (const id of list) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  }
  const ofAnotherTenant = initialEntraState({ tenantId: "another", nowMs: NOW_MS }).servicePrincipals;
  assert.deepEqual(entra.servicePrincipals, newDirectory(2).entra.servicePrincipals);
  assert.ok(Object.keys(ofAnotherTenant).every((id) => entra.servicePrincipals[id] === undefined));
});

test("an application of the tenant publishes the roles, scopes and names that it declares", () => {
  const { entra, context } = newDirectory();
  const roleId = "70000000-0000-4000-8000-000000000001";
  const { appId } = createApplication(
    entra,
    {
      displayName: "api",
      properties: {
        identifierUris: ["api://sell"],
        appRoles: [
          {
            id: roleId,
            value: "Jobs.Run",
            displayName: "Run",
            description: "Run",
            isEnabled: true,
            allowedMemberTypes: ["Application"],
          },
        ],
        api: { oauth2PermissionScopes: [{ id: roleId, value: "use", isEnabled: true, type: "Admin" }] },
      },
    },
    context,
  );
  const api = createServicePrincipal(entra, { appId }, context);
  assert.deepEqual(
    appRolesOf(entra, api).map(({ value }) => value),
    ["Jobs.Run"],
  );
  assert.deepEqual(
    permissionScopesOf(entra, api).map(({ value, type }) => [value, type]),
    [["use", "Admin"]],
  );
  assert.deepEqual(servicePrincipalNamesOf(entra, api), [appId, "api://sell"]);
  const client = createServicePrincipal(
    entra,
    { appId: createApplication(entra, { displayName: "c" }, context).appId },
    context,
  );
  const body = { principalId: client.id, resourceId: api.id, appRoleId: roleId };
  createAppRoleAssignment(entra, body, context);
  assert.deepEqual(grantedAppRoles(entra, client.id, api.id), ["Jobs.Run"]);
  assert.throws(() => createAppRoleAssignment(entra, body, context), refusedWith(400, /already exists/));
  const wrong = { ...body, appRoleId: "70000000-0000-4000-8000-000000000002" };
  assert.throws(() => createAppRoleAssignment(entra, wrong, context), refusedWith(400, /not found/));
});

test("application permissions also come through a group", () => {
  const { entra, context } = newDirectory();
  const { appId } = createApplication(entra, { displayName: "a" }, context);
  const principal = createServicePrincipal(entra, { appId }, context);
  const graph = servicePrincipalOfClient(entra, microsoftGraph.appId);
  assert.ok(graph);
  const fixed = { mailEnabled: false, mailNickname: "g", securityEnabled: true };
  const group = createGroup(entra, { displayName: "g", ...fixed, members: [principal.id] }, context);
  const role = microsoftGraph.appRoles.find(({ value }) => value === "Mail.Send");
  createAppRoleAssignment(
    entra,
    { principalId: group.id, resourceId: graph.id, appRoleId: role?.id ?? "" },
    context,
  );
  assert.deepEqual(grantedAppRoles(entra, principal.id, graph.id), ["Mail.Send"]);
});

test("consent adds up, for one user; an administrator's counts for all", () => {
  const { entra, context } = newDirectory();
  const { appId } = createApplication(entra, { displayName: "a" }, context);
  const { id: clientId } = createServicePrincipal(entra, { appId }, context);
  const resourceId = servicePrincipalOfClient(entra, microsoftGraph.appId)?.id ?? "";
  const [mia, noa] = ["mia", "noa"].map((name) =>
    createUser(entra, { displayName: name, userPrincipalName: `${name}@x.example` }, context),
  );
  assert.ok(mia && noa);
  const scopesOf = (userId: string) => consentedScopes(entra, { clientId, resourceId, userId });
  recordConsent(entra, { clientId, resourceId, userId: mia.id, scopes: ["Mail.Send"] }, context);
  recordConsent(entra, { clientId, resourceId, userId: mia.id, scopes: ["User.Read", "Mail.Send"] }, context);
  assert.deepEqual(scopesOf(mia.id), ["Mail.Send", "User.Read"]);
  assert.deepEqual(scopesOf(noa.id), []);
  createPermissionGrant(
    entra,
    { clientId, resourceId, consentType: "AllPrincipals", scope: "Mail.Read" },
    context,
  );
  assert.deepEqual(scopesOf(noa.id), ["Mail.Read"]);
  for (const body of [
    { consentType: "Everybody" },
    { consentType: "Principal" },
    { consentType: "AllPrincipals", principalId: mia.id },
  ]) {
    assert.throws(
      () => createPermissionGrant(entra, { clientId, resourceId, ...body }, context),
      refusedWith(400),
    );
  }
});

test("the deployer has a lasting secret and the permissions that the program needs, and no more", () => {
  const { entra, context } = newDirectory();
  const deployer = createDeployer(entra, context);
  const graph = servicePrincipalOfClient(entra, microsoftGraph.appId);
  assert.ok(graph);
  const roles = grantedAppRoles(entra, deployer.principalId, graph.id);
  assert.ok(roles.includes("Application.ReadWrite.OwnedBy"));
  assert.ok(!roles.includes("Application.ReadWrite.All"));
  assert.equal(
    applicationOf(entra, deployer.applicationId).passwordCredentials[0]?.endDateTime,
    "2124-02-14T11:30:00Z",
  );
});
