import { directoryObjectOf } from "../../entra/directory-objects.ts";
import { groupOf } from "../../entra/groups.ts";
import { addGroupMember, groupsContaining, membersOf, removeGroupMember } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { Operation } from "../operation.ts";
import { listAnswer, noContent } from "./answers.ts";
import { relatedObjectEntity } from "./entities/directory-object.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { referencedId } from "./request-body.ts";

const objectsAnswer = (call: GraphCall, ids: readonly string[]) =>
  listAnswer(
    call,
    "directoryObjects",
    ids.map((id) => relatedObjectEntity(call, directoryObjectOf(call.entra, id))),
  );

const listMembers = graphOperation(
  {
    name: "group.listMembers",
    method: "GET",
    path: "/groups/:id/members",
    documentation: "group-list-members",
    right: rights.readMembers,
  },
  (call) => objectsAnswer(call, groupOf(call.entra, call.params.id ?? "").members),
);

const listTransitiveMembers = graphOperation(
  {
    name: "group.listTransitiveMembers",
    method: "GET",
    path: "/groups/:id/transitiveMembers",
    documentation: "group-list-transitivemembers",
    right: rights.readMembers,
  },
  (call) => objectsAnswer(call, membersOf(call.entra, call.params.id ?? "")),
);

const addMember = graphOperation(
  {
    name: "group.addMember",
    method: "POST",
    path: "/groups/:id/members/$ref",
    documentation: "group-post-members",
  },
  async (call) => {
    const group = groupOf(call.entra, call.params.id ?? "");
    call.require(rights.writeMembers, group);
    const memberId = referencedId(call.body());
    await call.change((entra) => addGroupMember(entra, group.id, memberId));
    return noContent();
  },
);

const removeMember = graphOperation(
  {
    name: "group.removeMember",
    method: "DELETE",
    path: "/groups/:id/members/:member/$ref",
    documentation: "group-delete-members",
  },
  async (call) => {
    const group = groupOf(call.entra, call.params.id ?? "");
    call.require(rights.writeMembers, group);
    await call.change((entra) => removeGroupMember(entra, group.id, call.params.member ?? ""));
    return noContent();
  },
);

/** `memberOf` names the direct groups and roles, `transitiveMemberOf` also those above them. */
function memberOfOperations(collection: string, name: string): Operation[] {
  return [false, true].map((transitive) =>
    graphOperation(
      {
        name: `${name}.list${transitive ? "Transitive" : ""}MemberOf`,
        method: "GET",
        path: `/${collection}/:id/${transitive ? "transitiveMemberOf" : "memberOf"}`,
        documentation: `${name.toLowerCase()}-list-${transitive ? "transitive" : ""}memberof`,
        right: rights.readDirectory,
      },
      (call) => {
        const { id } = directoryObjectOf(call.entra, call.params.id ?? "").object;
        const groups = transitive
          ? groupsContaining(call.entra, id)
          : Object.values(call.entra.groups)
              .filter(({ members }) => members.includes(id))
              .map((group) => group.id);
        const roles = Object.values(call.entra.directoryRoles)
          .filter(({ members }) => members.includes(id))
          .map((role) => role.id);
        return objectsAnswer(call, [...groups, ...roles]);
      },
    ),
  );
}

/** The members of groups, and the groups of members. */
export const memberOperations: readonly Operation[] = [
  listMembers,
  listTransitiveMembers,
  addMember,
  removeMember,
  ...memberOfOperations("groups", "group"),
  ...memberOfOperations("users", "user"),
  ...memberOfOperations("servicePrincipals", "servicePrincipal"),
];
