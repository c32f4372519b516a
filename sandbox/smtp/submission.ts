import type { EntraState, User } from "../entra/state.ts";
import { findUser } from "../entra/users.ts";
import { exchangeOnline } from "../entra/well-known/exchange-online.ts";
import { readAccessToken, type TokenServices } from "../https/bearer.ts";
import { acceptMessage } from "../mail/messages.ts";
import type { Randomness } from "../randomness.ts";
import { readMessage } from "./read-message.ts";

/** A refusal in SMTP's words. */
export class SmtpRefusal extends Error {
  override readonly name = "SmtpRefusal";
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

/** Who has signed in, and for which mailbox. */
export interface Submitter {
  appId: string;
  userId: string;
  addresses: string[];
}

/**
 * Signs in with SASL XOAUTH2 (https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth):
 * a user's token with SMTP.Send for the user's own mailbox, or an application's with SMTP.SendAsApp. Exchange also
 * wants an administrator to open each mailbox to the application; here the permission alone is enough.
 *
 * @throws SmtpRefusal 535 5.7.3 without a reason, as Exchange does it
 */
export async function signIn(
  services: TokenServices,
  { username, accessToken }: { username: string; accessToken: string },
): Promise<Submitter> {
  const read = await readAccessToken(accessToken, exchangeOnline.appId, services);
  const { entra } = services.store.state;
  const mailbox = findUser(entra, username);
  if ("refused" in read || mailbox === undefined || mailbox.mail === null || !mailbox.accountEnabled) {
    throw unauthenticated();
  }
  const { caller } = read;
  const isAllowed =
    caller.kind === "app"
      ? caller.roles.includes("SMTP.SendAsApp")
      : caller.scopes.includes("SMTP.Send") && caller.objectId === mailbox.id;
  if (!isAllowed || !isAppEnabled(entra, caller.appId)) throw unauthenticated();
  return { appId: caller.appId, userId: mailbox.id, addresses: addressesOf(mailbox) };
}

function unauthenticated(): SmtpRefusal {
  return new SmtpRefusal(535, "5.7.3 Authentication unsuccessful");
}

function isAppEnabled(entra: EntraState, appId: string): boolean {
  return Object.values(entra.servicePrincipals).some((each) => each.appId === appId && each.accountEnabled);
}

function addressesOf({ mail, userPrincipalName }: User): string[] {
  return [mail, userPrincipalName]
    .filter((address) => address !== null)
    .map((address) => address.toLowerCase());
}

/** @throws SmtpRefusal if the mailbox may not send under this address */
export function checkSender({ addresses }: Submitter, from: string): void {
  if (!addresses.includes(from.toLowerCase())) {
    throw new SmtpRefusal(550, "5.7.60 SMTP; Client does not have permissions to send as this sender");
  }
}

/** @throws SmtpRefusal if this is no address */
export function checkRecipient(to: string): void {
  if (!/^[^\s@<>]+@[^\s@<>]+$/.test(to)) throw new SmtpRefusal(501, "5.1.3 Invalid address");
}

/** Accepts a message; returns its Message-ID. */
export async function submit(
  { store, clock }: Pick<TokenServices, "store" | "clock">,
  randomness: Randomness,
  submitter: Submitter,
  envelope: { from: string; to: readonly string[] },
  raw: string,
): Promise<string> {
  const { messageId, subject, isHtml, to, cc, content } = readMessage(raw);
  const listed = (header: readonly string[]) =>
    envelope.to.filter((address) => header.includes(address.toLowerCase()));
  const hidden = envelope.to.filter((address) => ![...to, ...cc].includes(address.toLowerCase()));
  const accepted = await store.update(({ mail }) =>
    acceptMessage(
      mail,
      {
        ...(messageId === undefined ? {} : { internetMessageId: messageId }),
        submittedBy: "smtp",
        appId: submitter.appId,
        senderId: submitter.userId,
        from: envelope.from,
        to: listed(to),
        cc: listed(cc),
        bcc: hidden,
        subject,
        contentType: isHtml ? "html" : "text",
        content,
        savedToSentItems: true,
      },
      { nowMs: clock.nowMs(), randomness },
    ),
  );
  return accepted.internetMessageId;
}
