import { createGroup, deleteGroup, groupOf, updateGroup } from "../../entra/groups.ts";
import { addGroupMember, removeGroupMember } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { EntraState } from "../../entra/state.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import type { Directory } from "./directory.ts";
import { requireUnusedName } from "./duplicate-names.ts";
import { groupBody, groupOutputs, newGroupProperties } from "./group-graph.ts";
import { requireConsistentGroup } from "./group-rules.ts";
import { groupSchema } from "./group-schema.ts";
import { text, texts } from "./loose-values.ts";
import { setOwners } from "./owners.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/group/ */
export function group(directory: Directory): SdkResource {
  const ids = resourceIds.group;
  return {
    schema: groupSchema,
    idComplaint: ids.complaint,

    refine({ recorded, planned }) {
      requireConsistentGroup(planned);
      if (planned.preventDuplicateNames === true && planned.displayName !== recorded?.displayName) {
        directory.read((entra, require) => {
          require(rights.readGroups);
          requireUnusedName(Object.values(entra.groups), planned.displayName, recorded?.objectId);
        });
      }
    },

    async create(planned) {
      requireEmulated(planned);
      const { principalId } = await directory.caller();
      const groupId = await directory.write((entra, context) => {
        context.require(rights.createGroups);

        const { properties, ...body } = groupBody(planned);
        const owners = texts(planned.owners);
        const nickname = Buffer.from(context.randomness.bytes(5)).toString("hex");
        return createGroup(
          entra,
          {
            ...body,
            // The portal, too, gives a security group eight random digits, a hyphen and one more.
            mailNickname:
              planned.mailNickname === UNKNOWN
                ? `${nickname.slice(0, 8)}-${nickname.slice(8, 9)}`
                : text(planned.mailNickname),
            owners: owners.length === 0 ? [principalId] : owners,
            members: texts(planned.members),
            properties: { ...properties, ...newGroupProperties(planned) },
          },
          context,
        ).id;
      });
      return { id: ids.format({ groupId }) };
    },

    async read(id, carried) {
      const { groupId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readGroups);
        return {
          ...groupOutputs(entra, groupOf(entra, groupId)),
          preventDuplicateNames: carried.preventDuplicateNames === true,
        };
      });
    },

    async update(id, planned) {
      requireEmulated(planned);
      const { groupId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeGroups, groupOf(entra, groupId));
        updateGroup(entra, groupId, groupBody(planned));
        setMembers(entra, groupId, texts(planned.members));
        // As the real provider has it: a list of no owners leaves them as they are.
        const owners = texts(planned.owners);
        if (owners.length > 0) setOwners(entra, "group", groupId, owners);
      });
      return undefined;
    },

    async delete(id) {
      const { groupId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeGroups, groupOf(entra, groupId));
        deleteGroup(entra, groupId);
      });
    },
  };
}

function requireEmulated({ administrativeUnitIds }: Properties): void {
  if (texts(administrativeUnitIds).length > 0) {
    throw new ProviderError(
      "UNIMPLEMENTED",
      `the sandbox does not emulate "administrativeUnitIds" of a group`,
    );
  }
}

function setMembers(entra: EntraState, groupId: string, members: readonly string[]): void {
  const before = [...groupOf(entra, groupId).members];
  const wanted = [...new Set(members.map((member) => member.toLowerCase()))];
  for (const member of before) if (!wanted.includes(member)) removeGroupMember(entra, groupId, member);
  for (const member of wanted) if (!before.includes(member)) addGroupMember(entra, groupId, member);
}
