import type { SubmissionErrorKind } from "./submission.ts";

/** How a submission ended, as nodemailer tells it (https://nodemailer.com/errors). */
export interface SmtpEnd {
  /** The server's answer, if there was one. */
  readonly responseCode?: number | undefined;
  /** The answer's text, with its enhanced status code (RFC 3463) if it has one. */
  readonly response?: string | undefined;
  /** The command that failed; `CONN` for the connection itself, `API` for what was wrong before. */
  readonly command?: string | undefined;
  readonly code?: string | undefined;
  /** Whom the answer is about, if it is one recipient. */
  readonly recipient?: string | undefined;
}

/**
 * Tells what a failed submission means. Pure.
 *
 * A message is given up only for what is about the message or its recipients. What the server says of itself, of the
 * sender's mailbox or of the tenant may be put right, and must not cost a message.
 */
export function judgeSmtpEnd({ responseCode, response = "", command, code }: SmtpEnd): SubmissionErrorKind {
  if (responseCode === undefined) {
    if (code === "EAUTH") return "token-refused";
    // Refused by nodemailer itself: an address that is none, or more bytes than the server says that it takes.
    if (code === "EENVELOPE" || code === "EMESSAGE") return "permanent";
    // The connection ended without an answer: whether the message had been handed over is not told.
    return ["ECONNECTION", "ETIMEDOUT", "ESOCKET", "EABORT"].includes(code ?? "")
      ? "unknown-outcome"
      : "transient";
  }
  if (responseCode === 535 || (code === "EAUTH" && responseCode >= 500)) {
    return "token-refused";
  }
  return isAboutMessage(responseCode, response, command) ? "permanent" : "transient";
}

/** RFC 5321, section 4.2.2: 550 to 555 refuse the mailbox or the message; 500 to 504 are about the protocol. */
const refusals = new Set([501, 550, 551, 552, 553, 554, 555]);

/**
 * Enhanced status codes that are about a recipient or the content: addresses (5.1.x), the recipient's mailbox (5.2.x),
 * size (5.2.3, 5.3.4), routes (5.4.x), too many recipients (5.5.3), content (5.6.x), "message refused" (5.7.0, 5.7.1);
 * https://www.iana.org/assignments/smtp-enhanced-status-codes
 */
const aboutMessage = /^5\.(1\.\d+|2\.3|3\.4|4\.\d+|5\.3|6\.\d+|7\.[01])$/;
/** The sender's own address: https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online */
const aboutSender = /^5\.1\.(7|8|90)$/;
const aboutRecipientsMailbox = /^5\.2\.\d+$/;

function isAboutMessage(responseCode: number, response: string, command: string | undefined): boolean {
  if (!refusals.has(responseCode) || (command !== "RCPT TO" && command !== "DATA")) {
    return false;
  }
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  if (status === undefined) {
    return true;
  }
  if (aboutSender.test(status)) {
    return false;
  }
  // At DATA it is the sender's mailbox that submits: Exchange's 5.2.0 says there that its quota is used up.
  return aboutMessage.test(status) || (command === "RCPT TO" && aboutRecipientsMailbox.test(status));
}
