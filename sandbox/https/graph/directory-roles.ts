import { z } from "zod";
import { directoryObjectOf } from "../../entra/directory-objects.ts";
import {
  activateDirectoryRole,
  addDirectoryRoleMember,
  directoryRoleOf,
  directoryRoleOfTemplate,
  removeDirectoryRoleMember,
} from "../../entra/directory-roles.ts";
import { notFound } from "../../entra/errors.ts";
import { rights } from "../../entra/rights.ts";
import type { DirectoryRole, EntraState } from "../../entra/state.ts";
import { directoryRoleTemplates } from "../../entra/well-known/directory-role-templates.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer, noContent } from "./answers.ts";
import { directoryObjectEntity, directoryRoleEntity } from "./entities/directory-object.ts";
import { graphOperation } from "./graph-operation.ts";
import { readBody, referencedId } from "./request-body.ts";

/** By object id, or as `roleTemplateId=ID`. */
function roleNamed(entra: EntraState, name = ""): DirectoryRole {
  const templateId = /^roleTemplateId=(.*)$/i.exec(name)?.[1];
  if (templateId === undefined) return directoryRoleOf(entra, name);
  const role = directoryRoleOfTemplate(entra, templateId);
  if (role === undefined) throw notFound(templateId);
  return role;
}

const listTemplates = graphOperation(
  {
    name: "directoryRoleTemplate.list",
    method: "GET",
    path: "/directoryRoleTemplates",
    documentation: "directoryroletemplate-list",
    right: rights.readRoles,
  },
  (call) =>
    listAnswer(
      call,
      "directoryRoleTemplates",
      directoryRoleTemplates.map((template) => ({ deletedDateTime: null, ...template })),
    ),
);

const listRoles = graphOperation(
  {
    name: "directoryRole.list",
    method: "GET",
    path: "/directoryRoles",
    documentation: "directoryrole-list",
    right: rights.readRoles,
  },
  (call) =>
    listAnswer(call, "directoryRoles", Object.values(call.entra.directoryRoles).map(directoryRoleEntity)),
);

const getRole = graphOperation(
  {
    name: "directoryRole.get",
    method: "GET",
    path: "/directoryRoles/:id",
    documentation: "directoryrole-get",
    right: rights.readRoles,
  },
  (call) => entityAnswer(call, "directoryRoles", directoryRoleEntity(roleNamed(call.entra, call.params.id))),
);

const activateRole = graphOperation(
  {
    name: "directoryRole.activate",
    method: "POST",
    path: "/directoryRoles",
    documentation: "directoryrole-post-directoryroles",
    right: rights.writeRoles,
  },
  async (call) => {
    const { roleTemplateId } = readBody(z.object({ roleTemplateId: z.string().optional() }), call.body());
    const role = await call.change((entra, context) => activateDirectoryRole(entra, roleTemplateId, context));
    return entityAnswer(call, "directoryRoles", directoryRoleEntity(role), { status: 201 });
  },
);

const listRoleMembers = graphOperation(
  {
    name: "directoryRole.listMembers",
    method: "GET",
    path: "/directoryRoles/:id/members",
    documentation: "directoryrole-list-members",
    right: rights.readRoles,
  },
  (call) => {
    const { members } = roleNamed(call.entra, call.params.id);
    const objects = members.map((id) => directoryObjectOf(call.entra, id));
    return listAnswer(
      call,
      "directoryObjects",
      objects.map((each) => directoryObjectEntity(call.entra, each, call)),
    );
  },
);

const addRoleMember = graphOperation(
  {
    name: "directoryRole.addMember",
    method: "POST",
    path: "/directoryRoles/:id/members/$ref",
    documentation: "directoryrole-post-members",
    right: rights.writeRoles,
  },
  async (call) => {
    const { id } = roleNamed(call.entra, call.params.id);
    const memberId = referencedId(call.body());
    await call.change((entra) => addDirectoryRoleMember(entra, id, memberId));
    return noContent();
  },
);

const removeRoleMember = graphOperation(
  {
    name: "directoryRole.removeMember",
    method: "DELETE",
    path: "/directoryRoles/:id/members/:member/$ref",
    documentation: "directoryrole-delete-member",
    right: rights.writeRoles,
  },
  async (call) => {
    const { id } = roleNamed(call.entra, call.params.id);
    await call.change((entra) => removeDirectoryRoleMember(entra, id, call.params.member ?? ""));
    return noContent();
  },
);

/** Built-in directory roles, and who holds them. */
export const directoryRoleOperations: readonly Operation[] = [
  listTemplates,
  listRoles,
  getRole,
  activateRole,
  listRoleMembers,
  addRoleMember,
  removeRoleMember,
];
