import { z } from "zod";
import { createGroup, deleteGroup, type GroupBody, groupOf, updateGroup } from "../../entra/groups.ts";
import { addGroupMember } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { Operation } from "../operation.ts";
import { countAnswer, entityAnswer, listAnswer, noContent } from "./answers.ts";
import { groupEntity, isGroupProperty } from "./entities/group.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { boundIds, given, otherProperties, readBody, requireKnownProperties } from "./request-body.ts";

const groupBody = z.object({
  displayName: z.string().optional(),
  mailNickname: z.string().optional(),
  mailEnabled: z.boolean().optional(),
  securityEnabled: z.boolean().optional(),
});

function readGroupBody(body: Record<string, unknown>): GroupBody {
  requireKnownProperties(body, isGroupProperty);
  return {
    ...given(readBody(groupBody, body)),
    properties: otherProperties(body, Object.keys(groupBody.shape)),
  };
}

const entities = (call: GraphCall) =>
  Object.values(call.entra.groups).map((group) => groupEntity(call.entra, group, call));

const listGroups = graphOperation(
  {
    name: "group.list",
    method: "GET",
    path: "/groups",
    documentation: "group-list",
    right: rights.readGroups,
  },
  (call) => listAnswer(call, "groups", entities(call)),
);

const countGroups = graphOperation(
  {
    name: "group.count",
    method: "GET",
    path: "/groups/$count",
    documentation: "group-list",
    right: rights.readGroups,
  },
  (call) => countAnswer(call, entities(call)),
);

const getGroup = graphOperation(
  {
    name: "group.get",
    method: "GET",
    path: "/groups/:id",
    documentation: "group-get",
    right: rights.readGroups,
  },
  (call) =>
    entityAnswer(call, "groups", groupEntity(call.entra, groupOf(call.entra, call.params.id ?? ""), call)),
);

const postGroup = graphOperation(
  {
    name: "group.create",
    method: "POST",
    path: "/groups",
    documentation: "group-post-groups",
    right: rights.createGroups,
  },
  async (call) => {
    const body = call.body();
    const fields = readGroupBody(body);
    const owners = boundIds(body, "owners");
    const members = boundIds(body, "members");
    // A user who makes a group owns it; an application does not.
    const creator = call.caller.kind === "user" ? [call.caller.objectId] : [];
    const group = await call.change((entra, context) =>
      createGroup(entra, { ...fields, owners: owners.length > 0 ? owners : creator, members }, context),
    );
    return entityAnswer(call, "groups", groupEntity(call.entra, group, call), { status: 201 });
  },
);

const patchGroup = graphOperation(
  { name: "group.update", method: "PATCH", path: "/groups/:id", documentation: "group-update" },
  async (call) => {
    const before = groupOf(call.entra, call.params.id ?? "");
    call.require(rights.writeGroups, before);
    const body = call.body();
    const fields = readGroupBody(body);
    const members = boundIds(body, "members");
    await call.change((entra) => {
      updateGroup(entra, before.id, fields);
      for (const member of members) addGroupMember(entra, before.id, member);
    });
    return noContent();
  },
);

const removeGroup = graphOperation(
  { name: "group.delete", method: "DELETE", path: "/groups/:id", documentation: "group-delete" },
  async (call) => {
    const group = groupOf(call.entra, call.params.id ?? "");
    call.require(rights.writeGroups, group);
    await call.change((entra) => deleteGroup(entra, group.id));
    return noContent();
  },
);

/** Reading and writing groups. */
export const groupOperations: readonly Operation[] = [
  listGroups,
  countGroups,
  getGroup,
  postGroup,
  patchGroup,
  removeGroup,
];
