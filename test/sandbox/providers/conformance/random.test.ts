import { createRandomProvider } from "../../../../sandbox/providers/random/provider.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { readCases } from "./cases.ts";
import { replay } from "./replay.ts";

replay("random, as the real provider 4.21 answered", {
  provider: createRandomProvider({ randomness: seededRandomness("conformance") }),
  settings: {},
  cases: [...readCases("random.jsonl"), ...readCases("random-scripts.jsonl")],
});
