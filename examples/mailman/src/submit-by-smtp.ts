import { createTransport } from "nodemailer";
import { judgeSmtpEnd, type SmtpEnd } from "./judge-smtp-end.ts";
import { SubmissionError, type Submit } from "./submission.ts";

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** How long a server may be silent; milliseconds, default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/** Sends by mail submission: STARTTLS always, then XOAUTH2. */
export function submitBySmtp({ host, port, timeoutMs = 60_000 }: SmtpSettings): Submit {
  return async ({ mailbox }, accessToken, { messageId, to, subject, text }) => {
    const transport = createTransport({
      host,
      port,
      requireTLS: true,
      auth: { type: "OAuth2", user: mailbox, accessToken },
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await transport.sendMail({ from: mailbox, to, subject, text, messageId });
    } catch (error) {
      throw asSubmissionError(error);
    } finally {
      transport.close();
    }
  };
}

function asSubmissionError(error: unknown): SubmissionError {
  const end: SmtpEnd = error ?? {};
  const { responseCode, response, command, code } = end;
  const words = responseCode === undefined ? (code ?? "unknown") : (response ?? String(responseCode));
  return new SubmissionError(judgeSmtpEnd(end), `${command ?? "connection"}: ${words.slice(0, 200)}`);
}
