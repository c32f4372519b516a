import { encodeBase64, hash } from "bcryptjs";
import type { Randomness } from "../../randomness.ts";
import type { FrameworkResource } from "../bridge/framework-resource.ts";
import { randomText, stateOfText, textRules, textSchema } from "./random-text.ts";

const BCRYPT_COST = 10;
const SALT_BYTES = 16;

/** https://www.pulumi.com/registry/packages/random/api-docs/randompassword/ */
export function randomPassword(randomness: Randomness): FrameworkResource {
  return {
    ...textRules,
    schema: {
      ...textSchema,
      bcryptHash: { type: "string", use: "output", sensitive: true },
      result: { type: "string", use: "output", sensitive: true },
    },
    async create(planned) {
      const result = randomText(planned, randomness);
      return { id: "none", outputs: { result, bcryptHash: await bcryptOf(result, randomness) } };
    },
    async fromId(text) {
      return { id: "none", state: { ...stateOfText(text), bcryptHash: await bcryptOf(text, randomness) } };
    },
  };
}

/** Of the first 72 bytes: bcrypt looks at no more. */
function bcryptOf(text: string, randomness: Randomness): Promise<string> {
  const salt = encodeBase64(randomness.bytes(SALT_BYTES), SALT_BYTES);
  return hash(text, `$2a$${BCRYPT_COST}$${salt}`);
}
