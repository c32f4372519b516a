// A process to be killed: counts in a file store for ever, and says each number once it is durable.
// Two updates are always under way, so that group commit is at work too.
import { writeSync } from "node:fs";
import { FileStore } from "../../sandbox/file-store.ts";
import { initialState } from "../../sandbox/state.ts";

const folder = process.argv[2] ?? "";
const store = await FileStore.open({
  folder,
  initial: () => initialState({ nowMs: 0, tenantId: "tenant", subscriptionId: "subscription" }),
});

async function count(): Promise<void> {
  for (;;) {
    const done = await store.update((draft) => {
      draft.clock.nowMs += 1;
      // Enough text that a write takes a while and can be cut in the middle.
      draft.arm.subscriptionId = String(draft.clock.nowMs).repeat(20_000);
      return draft.clock.nowMs;
    });
    writeSync(1, `${done}\n`);
  }
}
await Promise.all([count(), count()]);
