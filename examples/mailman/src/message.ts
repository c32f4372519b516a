import { z } from "zod";

const address = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, "must be an e-mail address");

/** A message as it is handed in. */
export const newMessage = z.strictObject({
  /** Tells the same message from another: handed in twice, it is sent once (RFC 5322, section 3.6.4). */
  messageId: z.string().regex(/^<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>$/, "must be of the form <left@right>"),
  /** Which customer's mailbox sends it. */
  customer: z.string().min(1),
  to: z.array(address).min(1).max(500),
  subject: z.string().max(998).default(""),
  text: z.string().max(1_000_000).default(""),
});

export type NewMessage = z.input<typeof newMessage>;

/** A message as it lies in the outbox. */
export interface QueuedMessage extends z.output<typeof newMessage> {
  /** Its place in the queue. */
  readonly id: number;
  /** When it was accepted, milliseconds since 1970. */
  readonly acceptedAtMs: number;
  /** Attempts that have failed so far. */
  readonly attempts: number;
}

/** How a message stands. */
export type MessageState = "queued" | "sending" | "sent" | "failed";
