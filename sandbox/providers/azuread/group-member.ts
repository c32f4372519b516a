import { groupOf } from "../../entra/groups.ts";
import { addGroupMember, removeGroupMember } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { uuid } from "../bridge/validations.ts";
import type { Directory } from "./directory.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/groupmember/ */
export function groupMember(directory: Directory): SdkResource {
  const ids = resourceIds.groupMember;
  return {
    schema: {
      groupObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
      memberObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const [groupId, memberId] = [text(planned.groupObjectId), text(planned.memberObjectId)];
      await directory.write((entra, { require }) => {
        require(rights.writeMembers, groupOf(entra, groupId));
        addGroupMember(entra, groupId, memberId);
      });
      return { id: ids.format({ groupId, memberId }) };
    },

    async read(id) {
      const { groupId, memberId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readMembers);
        return groupOf(entra, groupId).members.includes(memberId.toLowerCase())
          ? { groupObjectId: groupId, memberObjectId: memberId }
          : undefined;
      });
    },

    async delete(id) {
      const { groupId, memberId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeMembers, groupOf(entra, groupId));
        removeGroupMember(entra, groupId, memberId);
      });
    },
  };
}
