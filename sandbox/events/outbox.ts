import { isoSeconds } from "../iso-time.ts";
import type { EventsState, OutboxEntry } from "./state.ts";

/** How many messages are remembered. */
const LENGTH = 5000;

/** Notes a message; returns its id. */
export function addToOutbox(
  events: EventsState,
  { atMs, ...message }: Omit<OutboxEntry, "id" | "when" | "attempts"> & { atMs: number },
): number {
  const id = ++events.lastOutboxId;
  events.outbox.push({ id, when: isoSeconds(atMs), ...message, attempts: [] });
  if (events.outbox.length > LENGTH) events.outbox.splice(0, events.outbox.length - LENGTH);
  return id;
}
