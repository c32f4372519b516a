import { groupOf } from "../../entra/groups.ts";
import { rights } from "../../entra/rights.ts";
import type { EntraState, Group } from "../../entra/state.ts";
import type { ProviderFunction } from "../bridge/invoke.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import { type Properties, ProviderError } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { groupOutputs } from "./group-graph.ts";
import { theOnly } from "./lookups.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

const KEYS = ["displayName", "mailNickname", "objectId"];

/** https://www.pulumi.com/registry/packages/azuread/api-docs/getgroup/ */
export function getGroup(directory: Directory): ProviderFunction {
  return {
    args: {
      displayName: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: notEmpty },
      includeTransitiveMembers: { type: "bool", use: "optional", default: false },
      mailEnabled: { type: "bool", use: "optional" },
      mailNickname: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: notEmpty },
      objectId: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: uuid },
      securityEnabled: { type: "bool", use: "optional" },
    },
    async call(args) {
      return directory.read((entra, require) => {
        require(rights.readGroups);

        const found = theOnly("group", args, matches(entra, args));
        const { administrativeUnitIds: _, dynamicMembership, ...rest } = groupOutputs(entra, found);
        const isTransitive = args.includeTransitiveMembers === true;
        return {
          ...rest,
          id: resourceIds.group.format({ groupId: found.id }),
          dynamicMemberships: dynamicMembership ? [dynamicMembership] : [],
          includeTransitiveMembers: isTransitive,
          members: isTransitive ? transitiveMembers(entra, found) : [...found.members],
        };
      });
    },
  };
}

/** Groups of these kinds, where the arguments say so. */
export function ofKind({ mailEnabled, securityEnabled }: Properties): (group: Group) => boolean {
  return (group) =>
    (mailEnabled === undefined || group.mailEnabled === mailEnabled) &&
    (securityEnabled === undefined || group.securityEnabled === securityEnabled);
}

function matches(entra: EntraState, args: Properties): Group[] {
  const { displayName, mailNickname, objectId } = args;
  if (objectId !== undefined) {
    const group = groupOf(entra, text(objectId));
    if (ofKind(args)(group)) return [group];
    throw new ProviderError(
      "UNKNOWN",
      `the group ${group.id} has mailEnabled ${group.mailEnabled} and securityEnabled ${group.securityEnabled}, which is not what was asked for`,
    );
  }
  return Object.values(entra.groups)
    .filter(ofKind(args))
    .filter((group) =>
      displayName === undefined ? group.mailNickname === mailNickname : group.displayName === displayName,
    );
}

function transitiveMembers(entra: EntraState, group: Group): string[] {
  const found = new Set<string>();
  const visit = ({ members }: Group) => {
    for (const member of members) {
      if (found.has(member)) continue;
      found.add(member);
      const nested = entra.groups[member];
      if (nested !== undefined) visit(nested);
    }
  };
  visit(group);
  return [...found];
}
