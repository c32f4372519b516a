import { type Randomness, uuidText } from "../../randomness.ts";
import type { FrameworkResource } from "../bridge/framework-resource.ts";
import { uuid } from "../bridge/validations.ts";
import { ProviderError } from "../provider.ts";
import { keepers, keepersReplace } from "./keepers.ts";

/** https://www.pulumi.com/registry/packages/random/api-docs/randomuuid/ */
export function randomUuid(randomness: Randomness): FrameworkResource {
  return {
    schema: { keepers, result: { type: "string", use: "output" } },
    replaces: (_, recorded, planned) => keepersReplace(recorded, planned),
    async create() {
      // The real provider writes plain random bytes: the version digit is not set.
      const id = uuidText(Buffer.from(randomness.bytes(16)).toString("hex"));
      return { id, outputs: { result: id } };
    },
    async fromId(given) {
      if (uuid(given) !== undefined)
        throw new ProviderError("UNKNOWN", `cannot import "${given}": not a UUID`);
      const id = given.toLowerCase();
      return { id, state: { result: id } };
    },
  };
}
