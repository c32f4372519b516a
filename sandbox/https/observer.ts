import type { FaceAnswer } from "./exchange.ts";

/** What an observer is told of an exchange. Secrets are in the body and the headers, which it does not get. */
export interface FaceCall {
  /** The operation's name, or `SERVICE.unsupported`. */
  operation: string;
  method: string;
  /** Host, without the port, and path, without the query: `localhost/v1.0/applications`. */
  path: string;
  requestId: string;
  /** Aborts when the caller has gone away. */
  signal: AbortSignal;
  /** What the service itself says when it answers with such a status. */
  typicalFailure(status: number): FaceAnswer;
}

/** Stands by every exchange: for faults, logs and tests. */
export interface FaceObserver {
  /**
   * Stands around the operation. It may wait before it calls `proceed`, change what that returns, answer
   * without calling it, or break the connection through `FaceAnswer.breakOff`.
   */
  around?(call: FaceCall, proceed: () => Promise<FaceAnswer>): Promise<FaceAnswer>;
  /** After the answer was sent, or could not be. */
  after?(call: FaceCall, outcome: { status: number; complete: boolean }): void;
  /** Something asked for what the sandbox does not emulate. `name` is method, host and path. */
  unsupported?(name: string): void;
  /** An operation failed for a reason that is the sandbox's own fault. */
  failed?(call: FaceCall, error: unknown): void;
}
