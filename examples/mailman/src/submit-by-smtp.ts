import { createTransport } from "nodemailer";
import { SubmissionError, type SubmissionErrorKind, type Submit } from "./submission.ts";

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

/** nodemailer's errors: https://nodemailer.com/errors */
function asSubmissionError(error: unknown): SubmissionError {
  const { responseCode, response, command, code } = (error ?? {}) as {
    readonly responseCode?: number;
    readonly response?: string;
    readonly command?: string;
    readonly code?: string;
  };
  const words = responseCode === undefined ? (code ?? "unknown") : (response ?? String(responseCode));
  return new SubmissionError(
    kindOf(responseCode, command, code),
    `${command ?? "connection"}: ${words.slice(0, 200)}`,
  );
}

function kindOf(
  responseCode: number | undefined,
  command: string | undefined,
  code: string | undefined,
): SubmissionErrorKind {
  if (responseCode === 535 || (code === "EAUTH" && (responseCode === undefined || responseCode >= 500))) {
    return "token-refused";
  }
  if (responseCode !== undefined && responseCode >= 500) {
    return "permanent";
  }
  // Without an answer to the message itself nobody knows; before it, nothing has been handed over.
  return responseCode === undefined && command === "DATA" ? "unknown-outcome" : "transient";
}
