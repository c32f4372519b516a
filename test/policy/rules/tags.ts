import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { resource, secret, vault } from "./resources.ts";

export const tagsCases: RuleCases = {
  "required-tags": {
    passes: [[vault()], [vault({}, { tags: UNKNOWN })], [secret(1)]],
    stops: [
      [[vault({}, { tags: { team: "sell" } })], /missing tags: environment, service/],
      [[vault({}, { tags: { team: " ", environment: null, service: "x" } })], /tags: environment, team/],
      [[resource(types.resourceGroup, {})], /missing tags: cost/, { required: ["cost"] }],
    ],
  },
};
