import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeSmtpEnd, type SmtpEnd } from "../../../examples/mailman/src/judge-smtp-end.ts";

const answer = (command: string, response: string, code = "EMESSAGE"): SmtpEnd => ({
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
  code,
});

describe("judgeSmtpEnd", () => {
  for (const [name, end, kind] of [
    ["a greeting that refuses", answer("CONN", "554 5.3.2 Service not available", "EPROTOCOL"), "transient"],
    ["EHLO refused", answer("HELO", "550 5.5.1 Go away", "EPROTOCOL"), "transient"],
    ["no STARTTLS", answer("STARTTLS", "502 5.5.1 Unknown command", "ETLS"), "transient"],
    [
      "a sender's mailbox over its quota",
      answer("MAIL FROM", "554 5.2.0 STOREDRV.Submission.Exception:QuotaExceededException", "EENVELOPE"),
      "transient",
    ],
    [
      "the same at the end of the data",
      answer("DATA", "554 5.2.0 STOREDRV.Submission.Exception:QuotaExceededException"),
      "transient",
    ],
    ["a sender that may not send as that", answer("DATA", "554 5.2.252 SendAsDenied"), "transient"],
    ["a bad outbound sender", answer("DATA", "550 5.1.8 Access denied, bad outbound sender"), "transient"],
    [
      "a tenant over its limits",
      answer("DATA", "550 5.7.705 Access denied, tenant has exceeded"),
      "transient",
    ],
    [
      "a sender not signed in",
      answer("RCPT TO", "530 5.7.57 Client not authenticated", "EENVELOPE"),
      "transient",
    ],
    ["commands out of order", answer("DATA", "503 5.5.1 Bad sequence", "EENVELOPE"), "transient"],
    ["a system that is full", answer("DATA", "554 5.3.1 Mail system full"), "transient"],
    ["a recipient put off", answer("RCPT TO", "452 4.5.3 Too many recipients", "EENVELOPE"), "transient"],
    ["an unknown recipient", answer("RCPT TO", "550 5.1.1 User unknown", "EENVELOPE"), "permanent"],
    ["a recipient without further words", answer("RCPT TO", "550 No", "EENVELOPE"), "permanent"],
    ["a recipient's closed mailbox", answer("RCPT TO", "550 5.2.1 Disabled", "EENVELOPE"), "permanent"],
    ["an address that is none", answer("RCPT TO", "501 5.1.3 Invalid address", "EENVELOPE"), "permanent"],
    ["a message too long", answer("DATA", "552 5.3.4 Message size exceeds fixed limit"), "permanent"],
    ["content refused", answer("DATA", "554 5.6.0 Invalid message content"), "permanent"],
    ["a message refused as spam", answer("DATA", "550 5.7.1 Message refused"), "permanent"],
    [
      "a token refused",
      answer("AUTH XOAUTH2", "535 5.7.3 Authentication unsuccessful", "EAUTH"),
      "token-refused",
    ],
    ["signing in put off", answer("AUTH XOAUTH2", "454 4.7.0 Temporary failure", "EAUTH"), "transient"],
    ["longer than the server says it takes", { command: "MAIL FROM", code: "EMESSAGE" }, "permanent"],
    ["a recipient that nodemailer refuses", { command: "API", code: "EENVELOPE" }, "permanent"],
    ["a connection that broke", { command: "CONN", code: "ECONNECTION" }, "unknown-outcome"],
    ["a server that fell silent", { command: "CONN", code: "ETIMEDOUT" }, "unknown-outcome"],
    ["a name that is not known", { command: "CONN", code: "EDNS" }, "transient"],
    ["nothing that is known", {}, "transient"],
  ] satisfies [string, SmtpEnd, string][]) {
    it(`takes ${name} for: ${kind}`, () => {
      assert.equal(judgeSmtpEnd(end), kind);
    });
  }
});
