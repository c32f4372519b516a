/** What went through the tenant's mail service. */
export interface MailState {
  /** Oldest first; the last 10,000. */
  messages: SentMessage[];
}

export interface SentMessage {
  id: string;
  /** The sender's own, or `<…@sandbox.onmicrosoft.com>`. */
  internetMessageId: string;
  /** ISO 8601, seconds, `Z`. */
  sentDateTime: string;
  /** How it was submitted. */
  submittedBy: "graph" | "smtp";
  /** The client id of the application that sent it. */
  appId: string;
  /** Object id of the user whose mailbox it was sent from. */
  senderId: string;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  contentType: "text" | "html";
  content: string;
  /** Whether the sender keeps a copy. */
  savedToSentItems: boolean;
}

/** Nothing sent yet. */
export function initialMailState(): MailState {
  return { messages: [] };
}
