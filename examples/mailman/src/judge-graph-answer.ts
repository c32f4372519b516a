import { z } from "zod";
import type { SubmissionErrorKind } from "./submission.ts";

const errorBody = z.object({ error: z.object({ code: z.string().min(1) }) });

/** Statuses with which Microsoft Graph refuses a request for what is in it: https://learn.microsoft.com/graph/errors */
const aboutRequest = new Set([400, 413, 422]);

/**
 * Codes that come with such a status too, but are about the mailbox, its tenant or the service:
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
 */
const notAboutMessage = new Set([
  "AuthenticationError",
  "ErrorAccessDenied",
  "ErrorAccountSuspend",
  "ErrorExceededMessageLimit",
  "ErrorInternalServerTransientError",
  "ErrorInvalidUser",
  "ErrorMailboxMoveInProgress",
  "ErrorMailboxStoreUnavailable",
  "ErrorQuotaExceeded",
  "ErrorSendAsDenied",
  "ErrorServerBusy",
  "ErrorSubmissionQuotaExceeded",
  "InvalidAuthenticationToken",
  "MailboxNotEnabledForRESTAPI",
  "MailboxNotSupportedForRESTAPI",
]);

/** What an answer of Graph other than 202 means. */
export interface GraphJudgement {
  readonly kind: SubmissionErrorKind;
  /** Graph's own code, if the answer has one. */
  readonly code: string | undefined;
}

/**
 * Judges an answer to `sendMail` other than 202. Pure.
 *
 * A message is given up only if Graph itself says, in words that can be read, that the message is at fault: a proxy's
 * page, a redirection or a refusal of the mailbox must not cost one.
 */
export function judgeGraphAnswer(status: number, body: string): GraphJudgement {
  const code = codeIn(body);
  if (status === 401) {
    return { kind: "token-refused", code };
  }
  const isPermanent = aboutRequest.has(status) && code !== undefined && !notAboutMessage.has(code);
  return { kind: isPermanent ? "permanent" : "transient", code };
}

function codeIn(body: string): string | undefined {
  try {
    return errorBody.safeParse(JSON.parse(body)).data?.error.code.slice(0, 100);
  } catch {
    return undefined; // Not Graph's own words.
  }
}
