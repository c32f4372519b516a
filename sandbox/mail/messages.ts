import type { CreationContext } from "../entra/context.ts";
import type { User } from "../entra/state.ts";
import { isoSeconds } from "../iso-time.ts";
import type { MailState, SentMessage } from "./state.ts";

const MESSAGES_MAX = 10_000;

/** Accepts a message for delivery, which in the sandbox is at once. Gives it a Message-ID if it has none. */
export function acceptMessage(
  mail: MailState,
  message: Omit<SentMessage, "id" | "internetMessageId" | "sentDateTime"> & { internetMessageId?: string },
  { nowMs, randomness }: CreationContext,
): SentMessage {
  const id = randomness.uuid();
  const accepted = {
    internetMessageId: `<${id}@sandbox.onmicrosoft.com>`,
    ...message,
    id,
    sentDateTime: isoSeconds(nowMs),
  };
  mail.messages.push(accepted);
  if (mail.messages.length > MESSAGES_MAX) mail.messages.shift();
  return accepted;
}

/** What a user has received, newest first. */
export function inboxOf(mail: MailState, { mail: address, userPrincipalName }: User): SentMessage[] {
  const own = [address, userPrincipalName].map((name) => name?.toLowerCase());
  return mail.messages
    .filter(({ to, cc, bcc }) => [...to, ...cc, ...bcc].some((each) => own.includes(each.toLowerCase())))
    .toReversed();
}

/** What a user has sent and kept, newest first. */
export function sentItemsOf(mail: MailState, { id }: User): SentMessage[] {
  return mail.messages
    .filter(({ senderId, savedToSentItems }) => senderId === id && savedToSentItems)
    .toReversed();
}
