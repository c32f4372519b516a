import assert from "node:assert/strict";
import { test } from "node:test";
import { createApplication } from "../../../sandbox/entra/applications.ts";
import {
  activateDirectoryRole,
  addDirectoryRoleMember,
  removeDirectoryRoleMember,
} from "../../../sandbox/entra/directory-roles.ts";
import {
  createFederatedCredential,
  deleteFederatedCredential,
  updateFederatedCredential,
} from "../../../sandbox/entra/federated-credentials.ts";
import { createGroup, deleteGroup, updateGroup } from "../../../sandbox/entra/groups.ts";
import {
  addGroupMember,
  addOwner,
  groupsContaining,
  membersOf,
  removeGroupMember,
  removeOwner,
} from "../../../sandbox/entra/references.ts";
import { createRoleAssignment, rolesHeldFor } from "../../../sandbox/entra/role-assignments.ts";
import {
  createRoleDefinition,
  deleteRoleDefinition,
  findRoleDefinition,
} from "../../../sandbox/entra/role-definitions.ts";
import { createUser, deleteUser, updateUser, userOf } from "../../../sandbox/entra/users.ts";
import { newDirectory, refusedWith } from "./directory.ts";

const globalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";

function tenant() {
  const { entra, context } = newDirectory();
  const user = (name: string) =>
    createUser(entra, { displayName: name, userPrincipalName: `${name}@x.example` }, context);
  const group = (displayName: string, more: object = {}) =>
    createGroup(
      entra,
      { displayName, mailEnabled: false, mailNickname: displayName, securityEnabled: true, ...more },
      context,
    );
  return { entra, context, user, group };
}

test("membership is by reference, once, and through groups in groups, circles included", () => {
  const { entra, user, group } = tenant();
  const [mia, inner, outer] = [user("mia"), group("inner"), group("outer")];
  addGroupMember(entra, inner.id, mia.id);
  addGroupMember(entra, outer.id, inner.id);
  addGroupMember(entra, inner.id, outer.id);
  assert.throws(() => addGroupMember(entra, inner.id, mia.id), refusedWith(400, /already exist.*'members'/));
  assert.throws(() => addGroupMember(entra, inner.id, inner.id), refusedWith(400));
  assert.throws(
    () => addGroupMember(entra, inner.id, "99999999-9999-4999-8999-999999999999"),
    refusedWith(404),
  );
  assert.deepEqual(new Set(groupsContaining(entra, mia.id)), new Set([inner.id, outer.id]));
  assert.deepEqual(new Set(membersOf(entra, outer.id)), new Set([inner.id, mia.id, outer.id]));
  removeGroupMember(entra, inner.id, mia.id);
  assert.throws(() => removeGroupMember(entra, inner.id, mia.id), refusedWith(404));
  deleteGroup(entra, inner.id);
  assert.deepEqual(entra.groups[outer.id]?.members, []);
});

test("owners are people and service principals; a group keeps its last person", () => {
  const { entra, context, user, group } = tenant();
  const [mia, noa, team] = [user("mia"), user("noa"), group("team")];
  const { id } = createApplication(entra, { displayName: "a" }, context);
  addOwner(entra, "group", team.id, mia.id);
  assert.throws(() => removeOwner(entra, "group", team.id, mia.id), refusedWith(400, /at least one owner/));
  addOwner(entra, "group", team.id, noa.id);
  removeOwner(entra, "group", team.id, mia.id);
  addOwner(entra, "application", id, mia.id);
  removeOwner(entra, "application", id, mia.id);
  assert.throws(() => addOwner(entra, "application", id, team.id), refusedWith(400, /'group'/));
});

test("what a group may not be is refused", () => {
  const { entra, context, group } = tenant();
  const good = { displayName: "g", mailEnabled: false, mailNickname: "g", securityEnabled: true };
  for (const missing of ["displayName", "mailEnabled", "mailNickname", "securityEnabled"]) {
    const body = Object.fromEntries(Object.entries(good).filter(([name]) => name !== missing));
    assert.throws(() => createGroup(entra, body, context), refusedWith(400, new RegExp(`'${missing}'`)));
  }
  assert.throws(() => createGroup(entra, { ...good, mailEnabled: true }, context), refusedWith(400));
  const unknown = "99999999-9999-4999-8999-999999999999";
  assert.throws(() => createGroup(entra, { ...good, members: [unknown] }, context), refusedWith(404));
  assert.deepEqual(entra.groups, {});
  const { id } = group("team", { properties: { description: "d", visibility: "Private" } });
  updateGroup(entra, id, { displayName: "crew", properties: { description: "e" } });
  assert.equal(entra.groups[id]?.displayName, "crew");
  assert.deepEqual(entra.groups[id]?.properties, { description: "e", visibility: "Private" });
});

test("directory roles are activated once, and held by assignment, membership and group", () => {
  const { entra, context, user, group } = tenant();
  const [mia, noa, plain, privileged] = [
    user("mia"),
    user("noa"),
    group("plain"),
    group("privileged", { properties: { isAssignableToRole: true } }),
  ];
  const role = activateDirectoryRole(entra, globalReader.toUpperCase(), context);
  assert.throws(() => activateDirectoryRole(entra, globalReader, context), refusedWith(400));
  assert.throws(() => activateDirectoryRole(entra, "no-template", context), refusedWith(404));
  addDirectoryRoleMember(entra, role.id, mia.id);
  assert.deepEqual(rolesHeldFor(entra, mia.id, undefined), [globalReader]);
  removeDirectoryRoleMember(entra, role.id, mia.id);
  assert.deepEqual(rolesHeldFor(entra, mia.id, undefined), []);

  const assign = (principalId: string, directoryScopeId = "/") =>
    createRoleAssignment(entra, { principalId, roleDefinitionId: globalReader, directoryScopeId }, context);
  assert.throws(() => assign(plain.id), refusedWith(400, /isAssignableToRole/));
  addGroupMember(entra, privileged.id, noa.id);
  assign(privileged.id);
  assert.throws(() => assign(privileged.id), refusedWith(400, /conflicting object/));
  assert.deepEqual(rolesHeldFor(entra, noa.id, undefined), [globalReader]);
  const { id: applicationId } = createApplication(entra, { displayName: "a" }, context);
  assign(mia.id, `/${applicationId}`);
  assert.deepEqual(rolesHeldFor(entra, mia.id, undefined), []);
  assert.deepEqual(rolesHeldFor(entra, mia.id, applicationId), [globalReader]);
  assert.throws(() => assign(mia.id, "/99999999-9999-4999-8999-999999999999"), refusedWith(404));
  const neither = { principalId: mia.id, roleDefinitionId: globalReader };
  assert.throws(() => createRoleAssignment(entra, neither, context), refusedWith(400));
});

test("a tenant's own role can be assigned, and not deleted while it is", () => {
  const { entra, context, user } = tenant();
  const rolePermissions = [
    { allowedResourceActions: ["microsoft.directory/applications/credentials/update"] },
  ];
  const definition = createRoleDefinition(
    entra,
    { displayName: "Rotator", isEnabled: true, rolePermissions },
    context,
  );
  assert.equal(findRoleDefinition(entra, definition.id)?.templateId, definition.id);
  const body = { principalId: user("mia").id, roleDefinitionId: definition.id, directoryScopeId: "/" };
  const assignment = createRoleAssignment(entra, body, context);
  assert.throws(() => deleteRoleDefinition(entra, definition.id), refusedWith(400));
  delete entra.roleAssignments[assignment.id];
  deleteRoleDefinition(entra, definition.id);
  assert.throws(() => deleteRoleDefinition(entra, globalReader), refusedWith(400, /built-in/));
});

test("an application holds 20 federated credentials, each with a name and a pair of its own", () => {
  const { entra, context } = tenant();
  const { id } = createApplication(entra, { displayName: "a" }, context);
  const body = (i: number) => ({
    name: `c${i}`,
    issuer: "https://i.example",
    subject: `s${i}`,
    audiences: ["a"],
  });
  for (let i = 0; i < 20; i++) createFederatedCredential(entra, id, body(i), context);
  assert.throws(() => createFederatedCredential(entra, id, body(20), context), refusedWith(403, /20/));
  deleteFederatedCredential(entra, id, "c19");
  assert.throws(
    () => createFederatedCredential(entra, id, { ...body(0), subject: "x" }, context),
    refusedWith(409, /name c0/),
  );
  assert.throws(
    () => createFederatedCredential(entra, id, { ...body(0), name: "x" }, context),
    refusedWith(409, /issuer and subject/),
  );
  for (const wrong of [
    { name: "-x" },
    { name: "x".repeat(121) },
    { subject: "" },
    { audiences: [] },
    { audiences: ["a", "b"] },
    { issuer: "i".repeat(601) },
  ]) {
    assert.throws(
      () => createFederatedCredential(entra, id, { ...body(30), ...wrong }, context),
      refusedWith(400),
    );
  }
  updateFederatedCredential(entra, id, "c0", { subject: "new", description: "d" });
  assert.deepEqual(entra.applications[id]?.federatedIdentityCredentials[0], {
    id: entra.applications[id]?.federatedIdentityCredentials[0]?.id,
    ...body(0),
    subject: "new",
    description: "d",
  });
  assert.throws(() => updateFederatedCredential(entra, id, "c0", { subject: "s1" }), refusedWith(409));
});

test("users are found by id and by name, and forgotten when deleted", () => {
  const { entra, context, user, group } = tenant();
  const mia = user("mia");
  assert.equal(userOf(entra, "MIA@x.example").id, mia.id);
  assert.throws(() => user("mia"), refusedWith(400, /userPrincipalName already exists/));
  assert.throws(
    () => createUser(entra, { displayName: "x", userPrincipalName: "nobody" }, context),
    refusedWith(400),
  );
  updateUser(entra, mia.id, { accountEnabled: false });
  assert.equal(userOf(entra, mia.id).accountEnabled, false);
  const team = group("team", { members: [mia.id] });
  deleteUser(entra, "mia@x.example");
  assert.deepEqual(entra.groups[team.id]?.members, []);
  assert.throws(() => userOf(entra, mia.id), refusedWith(404));
});
