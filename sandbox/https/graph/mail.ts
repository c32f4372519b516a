import { z } from "zod";
import { DirectoryError } from "../../entra/errors.ts";
import { isPermitted, type Right, rights } from "../../entra/rights.ts";
import type { User } from "../../entra/state.ts";
import { findUser } from "../../entra/users.ts";
import { acceptMessage, inboxOf, sentItemsOf } from "../../mail/messages.ts";
import type { MailState, SentMessage } from "../../mail/state.ts";
import { emptyAnswer, type FaceAnswer, headerOf } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { Unsupported } from "../unsupported.ts";
import { listAnswer } from "./answers.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import type { Entity } from "./odata/list.ts";
import { readBody } from "./request-body.ts";
import { requireMe } from "./users.ts";

const recipient = z.object({ emailAddress: z.object({ address: z.string(), name: z.string().optional() }) });

const sendMailBody = z.object({
  message: z.object({
    subject: z.string().nullish(),
    body: z.object({ contentType: z.string().optional(), content: z.string().nullish() }).optional(),
    toRecipients: z.array(recipient).optional(),
    ccRecipients: z.array(recipient).optional(),
    bccRecipients: z.array(recipient).optional(),
    from: recipient.optional(),
  }),
  saveToSentItems: z.boolean().optional(),
});

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;

/** The mailbox that a path names: the caller's own, or any user's for an application. */
function mailboxOf(call: GraphCall, right: Right): User {
  const { id } = call.params;
  const user = id === undefined ? requireMe(call) : findUser(call.entra, id);
  const isOwn = call.caller.kind === "app" || call.caller.objectId === user?.id;
  if (!isPermitted(call.entra, right, call.caller, undefined) || !isOwn) {
    throw new DirectoryError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
  }
  if (user === undefined || user.mail === null) {
    throw new DirectoryError(404, "ErrorInvalidUser", `The requested user '${id}' is invalid.`);
  }
  return user;
}

async function sendMail(call: GraphCall): Promise<FaceAnswer> {
  const sender = mailboxOf(call, rights.sendMail);
  if (headerOf(call.request, "content-type")?.startsWith("text/plain")) {
    throw new Unsupported("Microsoft Graph: sendMail with a MIME message");
  }
  const { message, saveToSentItems = true } = readBody(sendMailBody, call.body());
  const addresses = (list: z.infer<typeof recipient>[] | undefined) =>
    (list ?? []).map(({ emailAddress }) => emailAddress.address);
  const [to, cc, bcc] = [message.toRecipients, message.ccRecipients, message.bccRecipients].map(addresses);
  const everybody = [...(to ?? []), ...(cc ?? []), ...(bcc ?? [])];
  if (everybody.length === 0 || !everybody.every((address) => ADDRESS.test(address))) {
    throw new DirectoryError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.");
  }
  const { services, caller, context } = call;
  await services.store.update(({ mail }) => {
    const accepted = {
      submittedBy: "graph" as const,
      appId: caller.appId,
      senderId: sender.id,
      from: message.from?.emailAddress.address ?? sender.mail ?? sender.userPrincipalName,
      to: to ?? [],
      cc: cc ?? [],
      bcc: bcc ?? [],
      subject: message.subject ?? "",
      contentType:
        message.body?.contentType?.toLowerCase() === "html" ? ("html" as const) : ("text" as const),
      content: message.body?.content ?? "",
      savedToSentItems: saveToSentItems,
    };
    acceptMessage(mail, accepted, context);
  });
  return emptyAnswer(202);
}

/** @see https://learn.microsoft.com/graph/api/resources/message */
function messageEntity(message: SentMessage): Entity {
  const recipients = (addresses: readonly string[]) =>
    addresses.map((address) => ({ emailAddress: { name: address, address } }));
  const sender = { emailAddress: { name: message.from, address: message.from } };
  return {
    id: message.id,
    createdDateTime: message.sentDateTime,
    receivedDateTime: message.sentDateTime,
    sentDateTime: message.sentDateTime,
    internetMessageId: message.internetMessageId,
    subject: message.subject,
    bodyPreview: message.content.slice(0, 255),
    body: { contentType: message.contentType, content: message.content },
    sender,
    from: sender,
    toRecipients: recipients(message.to),
    ccRecipients: recipients(message.cc),
    isDraft: false,
  };
}

/** The messages that a path lists. */
const FOLDERS: { segment: string; name: string; messages(mail: MailState, user: User): SentMessage[] }[] = [
  { segment: "mailFolders/inbox/messages", name: "inbox", messages: inboxOf },
  { segment: "mailFolders/sentitems/messages", name: "sentItems", messages: sentItemsOf },
  {
    segment: "messages",
    name: "messages",
    messages: (mail, user) => [...new Set([...inboxOf(mail, user), ...sentItemsOf(mail, user)])],
  },
];

/** Sending mail, and reading what was sent. */
export const mailOperations: readonly Operation[] = ["/me", "/users/:id"].flatMap((mailbox) => {
  const owner = mailbox === "/me" ? "me" : "user";
  return [
    graphOperation(
      {
        name: owner === "me" ? "me.sendMail" : "sendMail",
        method: "POST",
        path: `${mailbox}/sendMail`,
        documentation: "user-sendmail",
      },
      sendMail,
    ),
    ...FOLDERS.map(({ segment, name, messages }) =>
      graphOperation(
        {
          name: `${owner}.${name}.list`,
          method: "GET",
          path: `${mailbox}/${segment}`,
          documentation: "user-list-messages",
        },
        (call) => {
          const user = mailboxOf(call, rights.readMail);
          const found = messages(call.services.store.state.mail, user);
          return listAnswer(call, `users('${user.id}')/messages`, found.map(messageEntity));
        },
      ),
    ),
  ];
});
