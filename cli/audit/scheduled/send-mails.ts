import type { GraphClient } from "../graph/client.ts";
import { GraphError } from "../graph/errors.ts";
import { ownerMailText } from "./owner-mail.ts";
import type { OwnerMail } from "./plan.ts";

export interface SendMailsArgs {
  client: GraphClient;
  /** The mailbox that writes: an address or an object id. */
  from: string;
  nowMs: number;
  docsUrl: string;
}

/** Messages that could not be sent, and why. */
export interface FailedMails {
  failed: OwnerMail[];
  /** Of the first of them. */
  why: string | undefined;
  /** A right is missing: then no other one was tried. */
  refused: boolean;
}

/**
 * Writes to owners, one after another, as the audit's own identity: no secret is needed, and none of the credentials
 * that the audit is about. Of a message whose answer was lost another one may be sent.
 * @see https://learn.microsoft.com/graph/api/user-sendmail
 */
export async function sendMails(
  mails: readonly OwnerMail[],
  { client, from, nowMs, docsUrl }: SendMailsArgs,
): Promise<FailedMails> {
  const failed: OwnerMail[] = [];
  let why: string | undefined;
  let refused = false;
  for (const mail of mails) {
    if (refused) {
      failed.push(mail);
      continue;
    }
    const { subject, body } = ownerMailText(mail, nowMs, docsUrl);
    const message = {
      subject,
      body: { contentType: "Text", content: body },
      toRecipients: [{ emailAddress: { address: mail.to } }],
    };
    try {
      await client.send({
        url: `/v1.0/users/${encodeURIComponent(from)}/sendMail`,
        body: { message, saveToSentItems: false },
      });
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      failed.push(mail);
      why ??= error.message;
      refused = error.isRefusal;
    }
  }
  return { failed, why, refused };
}
