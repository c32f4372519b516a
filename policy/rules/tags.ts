import { at, isAbsent, items, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

/** Where the settings' tags belong. */
const TAGGED: readonly string[] = [types.resourceGroup, types.vault];

export const requiredTags: ResourceRule = {
  name: "required-tags",
  level: "advisory",
  description: "Resource groups and vaults carry the agreed tags.",
  reason: "whoever finds the resource in the portal must see whose it is and what depends on it.",
  fix: "add the tags to the stack's setting tags.",
  options: {
    required: {
      type: "array",
      items: { type: "string" },
      default: ["environment", "service", "team"],
      description: "names of tags",
    },
  },
  check: ({ type, properties }, { required }) => {
    if (!TAGGED.includes(type)) return [];
    const absent = items(required).filter((name) => isAbsent(at(properties, "tags", String(name))));
    return absent.length === 0 ? [] : [`missing tags: ${absent.join(", ")}`];
  },
};
