import type { Randomness } from "../../randomness.ts";
import type { FrameworkResource } from "../bridge/framework-resource.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { keepers, keepersReplace } from "./keepers.ts";

/** https://www.pulumi.com/registry/packages/random/api-docs/randomid/ */
export function randomId(randomness: Randomness): FrameworkResource {
  return {
    schema: {
      byteLength: { type: "int", use: "required", forceNew: true },
      keepers,
      prefix: { type: "string", use: "optional", forceNew: true },
      b64Std: { type: "string", use: "output" },
      b64Url: { type: "string", use: "output" },
      dec: { type: "string", use: "output" },
      hex: { type: "string", use: "output" },
    },
    replaces: (property, recorded, planned) => property !== "keepers" || keepersReplace(recorded, planned),
    async create({ byteLength, prefix }) {
      const bytes = Buffer.from(randomness.bytes(Number(byteLength)));
      return { id: bytes.toString("base64url"), outputs: spellings(bytes, String(prefix ?? "")) };
    },
    async fromId(given) {
      const comma = given.lastIndexOf(",");
      const id = given.slice(comma + 1);
      if (!/^[A-Za-z0-9_-]*$/.test(id) || id.length % 4 === 1) {
        throw new ProviderError(
          "UNKNOWN",
          `cannot import "${given}": "${id}" cannot be decoded as base64url`,
        );
      }
      const prefix = comma < 0 ? "" : given.slice(0, comma);
      const bytes = Buffer.from(id, "base64url");
      const state = { byteLength: bytes.length, prefix: prefix === "" ? null : prefix };
      return { id, state: { ...state, ...spellings(bytes, prefix) } };
    },
  };
}

/** The id has no prefix; every other spelling has. */
function spellings(bytes: Buffer, prefix: string): Properties {
  return {
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
    dec: prefix + BigInt(`0x0${bytes.toString("hex")}`).toString(),
    hex: prefix + bytes.toString("hex"),
  };
}
