import { z } from "zod";
import {
  deletedItemOf,
  deletedItems,
  purgeDeletedItem,
  restoreDeletedItem,
} from "../../entra/deleted-items.ts";
import { directoryObjectOf, findDirectoryObject } from "../../entra/directory-objects.ts";
import { groupsContaining } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { DeletedItem } from "../../entra/state.ts";
import type { Operation } from "../operation.ts";
import { entityAnswer, listAnswer, noContent, valueAnswer } from "./answers.ts";
import { directoryObjectEntity } from "./entities/directory-object.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import type { Entity } from "./odata/list.ts";
import { readBody } from "./request-body.ts";

const IDS_MAX = 1000;

const get = graphOperation(
  {
    name: "directoryObject.get",
    method: "GET",
    path: "/directoryObjects/:id",
    documentation: "directoryobject-get",
    right: rights.readDirectory,
  },
  (call) => {
    const found = directoryObjectOf(call.entra, call.params.id ?? "");
    return entityAnswer(call, "directoryObjects", directoryObjectEntity(call.entra, found, call));
  },
);

const getByIds = graphOperation(
  {
    name: "directoryObject.getByIds",
    method: "POST",
    path: "/directoryObjects/getByIds",
    documentation: "directoryobject-getbyids",
    right: rights.readDirectory,
  },
  (call) => {
    const schema = z.object({ ids: z.array(z.string()).max(IDS_MAX), types: z.array(z.string()).optional() });
    const { ids, types } = readBody(schema, call.body());
    const wanted = types?.map((type) => type.toLowerCase());
    const value = ids
      .map((id) => findDirectoryObject(call.entra, id))
      .filter((found) => found !== undefined)
      .filter(({ kind }) => wanted === undefined || wanted.includes(kind.toLowerCase()))
      .map((found) => directoryObjectEntity(call.entra, found, call));
    return valueAnswer(call, "directoryObjects", { value });
  },
);

const getMemberGroups = graphOperation(
  {
    name: "directoryObject.getMemberGroups",
    method: "POST",
    path: "/directoryObjects/:id/getMemberGroups",
    documentation: "directoryobject-getmembergroups",
    right: rights.readDirectory,
  },
  (call) => {
    const { securityEnabledOnly = false } = readBody(
      z.object({ securityEnabledOnly: z.boolean().optional() }),
      call.body(),
    );
    const { id } = directoryObjectOf(call.entra, call.params.id ?? "").object;
    const value = groupsContaining(call.entra, id).filter(
      (groupId) => !securityEnabledOnly || call.entra.groups[groupId]?.securityEnabled === true,
    );
    return valueAnswer(call, "Collection(Edm.String)", { value });
  },
);

const checkMemberGroups = graphOperation(
  {
    name: "directoryObject.checkMemberGroups",
    method: "POST",
    path: "/directoryObjects/:id/checkMemberGroups",
    documentation: "directoryobject-checkmembergroups",
    right: rights.readDirectory,
  },
  (call) => {
    const { groupIds } = readBody(z.object({ groupIds: z.array(z.string()).max(20) }), call.body());
    const { id } = directoryObjectOf(call.entra, call.params.id ?? "").object;
    const holding = groupsContaining(call.entra, id);
    return valueAnswer(call, "Collection(Edm.String)", {
      value: groupIds.filter((groupId) => holding.includes(groupId.toLowerCase())),
    });
  },
);

function deletedEntity(call: GraphCall, item: DeletedItem): Entity {
  return {
    ...directoryObjectEntity(call.entra, item, call),
    deletedDateTime: item.deletedDateTime,
  };
}

const DELETED = "/directory/deletedItems";

/** `microsoft.graph.application` and `microsoft.graph.servicePrincipal` list what is deleted of each. */
const listDeleted = (["application", "servicePrincipal"] as const).map((kind) =>
  graphOperation(
    {
      name: `deletedItem.list.${kind}`,
      method: "GET",
      path: `${DELETED}/microsoft.graph.${kind}`,
      documentation: "directory-deleteditems-list",
      right: rights.readApplications,
    },
    (call) => {
      const items = deletedItems(call.entra, call.nowMs).filter((item) => item.kind === kind);
      return listAnswer(
        call,
        "directoryObjects",
        items.map((item) => deletedEntity(call, item)),
      );
    },
  ),
);

const getDeleted = graphOperation(
  {
    name: "deletedItem.get",
    method: "GET",
    path: `${DELETED}/:id`,
    documentation: "directory-deleteditems-get",
    right: rights.readApplications,
  },
  (call) =>
    entityAnswer(
      call,
      "directoryObjects",
      deletedEntity(call, deletedItemOf(call.entra, call.params.id ?? "", call.nowMs)),
    ),
);

const restore = graphOperation(
  {
    name: "deletedItem.restore",
    method: "POST",
    path: `${DELETED}/:id/restore`,
    documentation: "directory-deleteditems-restore",
  },
  async (call) => {
    const item = deletedItemOf(call.entra, call.params.id ?? "", call.nowMs);
    call.require(rights.writeApplications, item.object);
    await call.change((entra) => void restoreDeletedItem(entra, item.object.id, call.nowMs));
    return entityAnswer(call, "directoryObjects", directoryObjectEntity(call.entra, item, call));
  },
);

const purge = graphOperation(
  {
    name: "deletedItem.purge",
    method: "DELETE",
    path: `${DELETED}/:id`,
    documentation: "directory-deleteditems-delete",
  },
  async (call) => {
    const item = deletedItemOf(call.entra, call.params.id ?? "", call.nowMs);
    call.require(rights.writeApplications, item.object);
    await call.change((entra) => purgeDeletedItem(entra, item.object.id, call.nowMs));
    return noContent();
  },
);

/** Objects of any type, and those that were deleted. */
export const directoryObjectOperations: readonly Operation[] = [
  get,
  getByIds,
  getMemberGroups,
  checkMemberGroups,
  ...listDeleted,
  getDeleted,
  restore,
  purge,
];
