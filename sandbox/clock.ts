import type { Store } from "./store.ts";

/** Where everything in the sandbox gets the time from. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

/** The sandbox's own time: it stands still until somebody moves it, and it survives a restart with the state. */
export function storeClock(store: Store): Clock {
  return { nowMs: () => store.state.clock.nowMs };
}
