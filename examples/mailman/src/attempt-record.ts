import type { Customer } from "./customer.ts";

/** How long each part of an attempt took, in milliseconds, measured where it happened. */
export interface Stages {
  /** From when the message was accepted to when its turn came, earlier attempts included. */
  readonly waitingMs: number;
  /** Until there was a token. */
  readonly tokenMs: number;
  /** Until the mail service had accepted the message; undefined if it was not tried. */
  readonly submissionMs: number | undefined;
}

/** One attempt to send one message. Holds no address and no content. */
export interface AttemptRecord {
  readonly messageId: string;
  readonly customer: string;
  readonly way: Customer["way"] | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** `interrupted`: Mailman stopped meanwhile; the message is sent after the next start. */
  readonly outcome:
    | "sent"
    | "wait-for-application"
    | "customer-must-connect"
    | "again"
    | "fail"
    | "interrupted";
  /** What went wrong, in words that may be logged. Of a message that was sent: whom it did not reach. */
  readonly error: string | undefined;
  readonly stages: Stages;
}
