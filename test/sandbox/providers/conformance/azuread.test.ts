import { storeClock } from "../../../../sandbox/clock.ts";
import { createAzureadProvider } from "../../../../sandbox/providers/azuread/provider.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { initialState } from "../../../../sandbox/state.ts";
import { MemoryStore } from "../../../../sandbox/store.ts";
import { readCases } from "./cases.ts";
import { replay } from "./replay.ts";

const tenantId = "22222222-2222-4222-8222-222222222222";
const store = new MemoryStore(
  initialState({
    nowMs: Date.parse("2026-11-24T00:00:00Z"),
    tenantId,
    subscriptionId: "33333333-3333-4333-8333-333333333333",
  }),
);

replay("azuread, as the real provider 6.10 answered", {
  provider: createAzureadProvider({
    store,
    clock: storeClock(store),
    randomness: seededRandomness("conformance"),
  }),
  settings: { tenantId },
  cases: readCases("azuread.jsonl"),
});
