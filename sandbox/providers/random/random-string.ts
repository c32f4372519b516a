import type { Randomness } from "../../randomness.ts";
import type { FrameworkResource } from "../bridge/framework-resource.ts";
import { randomText, stateOfText, textRules, textSchema } from "./random-text.ts";

/** https://www.pulumi.com/registry/packages/random/api-docs/randomstring/ */
export function randomString(randomness: Randomness): FrameworkResource {
  return {
    ...textRules,
    schema: { ...textSchema, result: { type: "string", use: "output" } },
    async create(planned) {
      const result = randomText(planned, randomness);
      return { id: result, outputs: { result } };
    },
    async fromId(id) {
      return { id, state: stateOfText(id) };
    },
  };
}
