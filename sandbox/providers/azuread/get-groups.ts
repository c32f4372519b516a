import { rights } from "../../entra/rights.ts";
import type { EntraState, Group } from "../../entra/state.ts";
import type { ProviderFunction } from "../bridge/invoke.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import { type Properties, ProviderError } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { ofKind } from "./get-group.ts";
import { eachOf, hashOfList } from "./lookups.ts";
import { text, texts } from "./loose-values.ts";

const KEYS = ["displayNames", "displayNamePrefix", "objectIds", "returnAll"];

/** https://www.pulumi.com/registry/packages/azuread/api-docs/getgroups/ */
export function getGroups(directory: Directory): ProviderFunction {
  return {
    args: {
      displayNamePrefix: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: notEmpty },
      displayNames: {
        type: "list",
        use: "optional",
        exactlyOneOf: KEYS,
        of: { type: "string", validate: notEmpty },
      },
      ignoreMissing: { type: "bool", use: "optional", default: false, conflictsWith: ["returnAll"] },
      mailEnabled: { type: "bool", use: "optional", conflictsWith: ["objectIds"] },
      objectIds: {
        type: "list",
        use: "optional",
        exactlyOneOf: KEYS,
        of: { type: "string", validate: uuid },
      },
      returnAll: { type: "bool", use: "optional", conflictsWith: ["ignoreMissing"], exactlyOneOf: KEYS },
      securityEnabled: { type: "bool", use: "optional", conflictsWith: ["objectIds"] },
    },
    async call(args) {
      const found = directory.read((entra, require) => {
        require(rights.readGroups);
        return matches(entra, args);
      });
      const displayNames = found.map((group) => group.displayName);
      return {
        id: hashOfList("groups", displayNames, "-"),
        displayNamePrefix: text(args.displayNamePrefix),
        displayNames,
        ignoreMissing: args.ignoreMissing ?? false,
        mailEnabled: args.mailEnabled ?? null,
        objectIds: found.map((group) => group.id),
        returnAll: args.returnAll ?? null,
        securityEnabled: args.securityEnabled ?? null,
      };
    },
  };
}

function matches(entra: EntraState, args: Properties): Group[] {
  const { displayNamePrefix, displayNames, objectIds, ignoreMissing } = args;
  const all = Object.values(entra.groups).filter(ofKind(args));
  const skip = ignoreMissing === true;
  if (displayNames !== undefined) {
    return eachOf(
      "group",
      "displayName",
      texts(displayNames),
      (name) => all.filter((group) => group.displayName === name),
      skip,
    );
  }
  if (objectIds !== undefined) {
    return eachOf(
      "group",
      "objectId",
      texts(objectIds),
      (id) => all.filter((group) => group.id === id.toLowerCase()),
      skip,
    );
  }
  const prefix = text(displayNamePrefix);
  const found = all.filter((group) => group.displayName.startsWith(prefix));
  if (found.length === 0) {
    throw new ProviderError(
      "UNKNOWN",
      prefix === "" ? "no groups found" : `no groups found with the display name prefix "${prefix}"`,
    );
  }
  return found;
}
