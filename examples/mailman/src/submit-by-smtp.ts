import { createTransport } from "nodemailer";
import { judgeSmtpEnd, type SmtpEnd } from "./judge-smtp-end.ts";
import {
  defaultSubmissionTimeoutMs,
  PartlySubmittedError,
  SubmissionError,
  type Submit,
} from "./submission.ts";

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** How long a server may be silent; milliseconds, default 60,000. */
  readonly silenceMs?: number | undefined;
  /** Longest time for one message, however busily the server answers; milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** Sends by mail submission: STARTTLS always, then XOAUTH2. */
export function submitBySmtp({
  host,
  port,
  silenceMs = 60_000,
  timeoutMs = defaultSubmissionTimeoutMs,
}: SmtpSettings): Submit {
  return async ({ mailbox }, accessToken, { messageId, to, subject, text }, stop) => {
    const transport = createTransport({
      host,
      port,
      requireTLS: true,
      auth: { type: "OAuth2", user: mailbox, accessToken },
      connectionTimeout: silenceMs,
      greetingTimeout: silenceMs,
      socketTimeout: silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = stop === undefined ? timeout : AbortSignal.any([stop, timeout]);
    let refusals: readonly SmtpEnd[];
    try {
      const sent = await transport.sendMail({ from: mailbox, to: [...to], subject, text, messageId, signal });
      refusals = (sent.rejectedErrors ?? []) as SmtpEnd[];
    } catch (error) {
      throw asSubmissionError((error ?? {}) as SmtpEnd);
    } finally {
      transport.close();
    }
    const [first] = refusals;
    if (first !== undefined) {
      const putOff = refusals.filter((each) => judgeSmtpEnd(each) !== "permanent");
      throw new PartlySubmittedError(
        `${refusals.length} of ${to.length} recipients: ${wordsOf(first)}`,
        putOff.flatMap(({ recipient }) => recipient ?? []),
      );
    }
  };
}

function asSubmissionError(end: SmtpEnd): SubmissionError {
  return new SubmissionError(judgeSmtpEnd(end), wordsOf(end));
}

/** What a server said, without the addresses that it may have repeated. */
function wordsOf({ responseCode, response, command = "connection", code = "unknown" }: SmtpEnd): string {
  const words = responseCode === undefined ? code : (response ?? String(responseCode));
  return `${command}: ${words.replace(/<?[^\s<>@]+@[^\s<>@]+>?/g, "<address>").slice(0, 200)}`;
}
