import { retryAfterMs } from "../../../runtime/src/index.ts";
import { judgeGraphAnswer } from "./judge-graph-answer.ts";
import { defaultSubmissionTimeoutMs, SubmissionError, type Submit } from "./submission.ts";

export interface GraphSettings {
  /** E.g. `https://graph.microsoft.com/v1.0`. */
  readonly url: string;
  /** Longest time for one message; milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** Sends by Microsoft Graph: https://learn.microsoft.com/graph/api/user-sendmail */
export function submitByGraph({
  url,
  timeoutMs = defaultSubmissionTimeoutMs,
  fetch = globalThis.fetch,
}: GraphSettings): Submit {
  return async ({ mailbox }, accessToken, { messageId, to, subject, text }, stop) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let answer: string;
    try {
      response = await fetch(`${url}/users/${encodeURIComponent(mailbox)}/sendMail`, {
        method: "POST",
        headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
        body: JSON.stringify({
          message: {
            subject,
            body: { contentType: "Text", content: text },
            toRecipients: to.map((address) => ({ emailAddress: { address } })),
            // Graph chooses the Message-ID itself; this one lets a doubled message be recognized.
            internetMessageHeaders: [{ name: "x-mailman-message-id", value: messageId }],
          },
        }),
        redirect: "manual",
        signal: stop === undefined ? timeout : AbortSignal.any([stop, timeout]),
      });
      answer = await response.text();
    } catch {
      throw new SubmissionError("unknown-outcome", "Microsoft Graph did not answer");
    }
    const { status, headers } = response;
    if (status === 202) {
      return;
    }
    const { kind, code } = judgeGraphAnswer(status, answer);
    const words = `Microsoft Graph answered ${status}${code === undefined ? "" : ` ${code}`}`;
    throw new SubmissionError(kind, words, retryAfterMs(headers, Date.now()));
  };
}
