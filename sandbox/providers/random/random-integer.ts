import { integerBetween, type Randomness } from "../../randomness.ts";
import type { FrameworkResource } from "../bridge/framework-resource.ts";
import { ProviderError } from "../provider.ts";
import { GoRandom } from "./go-random.ts";
import { keepers, keepersReplace } from "./keepers.ts";

/** https://www.pulumi.com/registry/packages/random/api-docs/randominteger/ */
export function randomInteger(randomness: Randomness): FrameworkResource {
  return {
    schema: {
      keepers,
      max: { type: "int", use: "required", forceNew: true },
      min: { type: "int", use: "required", forceNew: true },
      seed: { type: "string", use: "optional", forceNew: true },
      result: { type: "int", use: "output" },
    },
    replaces: (property, recorded, planned) => property !== "keepers" || keepersReplace(recorded, planned),
    async create({ min, max, seed }) {
      const [lowest, highest] = [Number(min), Number(max)];
      if (lowest > highest) {
        throw new ProviderError(
          "UNKNOWN",
          `the minimum (${lowest}) must not be larger than the maximum (${highest})`,
        );
      }
      const result =
        typeof seed === "string" && seed !== ""
          ? lowest + Number(new GoRandom(seed).below(BigInt(highest) - BigInt(lowest) + 1n))
          : integerBetween(randomness, lowest, highest);
      return { id: String(result), outputs: { result } };
    },
    async fromId(id) {
      const [result, min, max, ...seed] = id.split(",");
      if (min === undefined || max === undefined || seed.length > 1) {
        throw new ProviderError(
          "UNKNOWN",
          `cannot import "${id}": expected result,min,max or result,min,max,seed`,
        );
      }
      const read = (name: string, text: string | undefined): number => {
        if (/^[+-]?\d+$/.test(text ?? "")) return Number(text);
        throw new ProviderError("UNKNOWN", `cannot import "${id}": ${name} "${text}" is no integer`);
      };
      const state = {
        result: read("the result", result),
        min: read("the minimum", min),
        max: read("the maximum", max),
        seed: seed[0] ?? null,
      };
      return { id: String(state.result), state };
    },
  };
}
