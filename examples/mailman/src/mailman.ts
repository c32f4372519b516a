import { type Clock, type RotatingSecret, systemClock } from "../../../runtime/src/index.ts";
import type { Customer } from "./customer.ts";
import { judgeFailure } from "./judge-failure.ts";
import type { NewMessage, QueuedMessage } from "./message.ts";
import type { Outbox, OutboxCounts } from "./outbox.ts";
import type { Submit } from "./submission.ts";

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
  readonly outcome: "sent" | "wait-for-application" | "customer-must-connect" | "again" | "fail";
  /** What went wrong, in words that may be logged. */
  readonly error: string | undefined;
  readonly stages: Stages;
}

export interface MailmanArgs {
  readonly outbox: Outbox;
  readonly secret: RotatingSecret;
  /** Gets a token for a customer's mailbox, and is told of one that was refused. */
  readonly tokens: {
    tokenFor(customer: Customer, signal?: AbortSignal): Promise<string>;
    discard(customer: Customer, token: string): void;
  };
  /** By each way that customers use. */
  readonly submit: Readonly<Record<Customer["way"], Submit>>;
  readonly customers: readonly Customer[];
  /** Messages that are sent at once. Default 8. */
  readonly workers?: number;
  /** How often the outbox is looked at for what other processes handed in; milliseconds, default 1,000. */
  readonly pollIntervalMs?: number;
  readonly onAttempt?: (record: AttemptRecord) => void;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Sends what lies in an outbox. While the application gets no tokens, customers without one of their own wait, and
 * nobody asks but the circuit breaker's probe; one customer's trouble is that customer's alone.
 */
export class Mailman {
  readonly #args: MailmanArgs;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #customers: ReadonlyMap<string, Customer>;
  /** Of whom a message is being sent. */
  readonly #busy = new Set<string>();
  /** Who waits until the application gets tokens again. */
  readonly #waiting = new Set<string>();
  /** Who must connect again. */
  readonly #disconnected = new Set<string>();
  readonly #stopping = new AbortController();
  /** Workers that wait for something to do. */
  readonly #idle = new Set<() => void>();
  #isResuming = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(args: MailmanArgs) {
    this.#args = args;
    this.#clock = args.clock ?? systemClock;
    this.#random = args.random ?? Math.random;
    this.#customers = new Map(args.customers.map((customer) => [customer.id, customer]));
  }

  /** Begins to send. @throws OutboxInUseError */
  start(): void {
    this.#args.outbox.startSending();
    const workers = Array.from({ length: this.#args.workers ?? 8 }, async () => {
      try {
        await this.#work();
      } catch (error) {
        this.#stopping.abort(error); // Without the outbox nobody can go on.
        throw error;
      }
    });
    this.#ended = Promise.allSettled(workers).then((results) => {
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) {
        throw failed.reason;
      }
    });
  }

  /** Resolves when sending has ended; rejects if the outbox itself fails, which only a restart may cure. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Accepts a message: from here on it is not lost. Returns false if it was accepted before. */
  accept(message: NewMessage): boolean {
    const isNew = this.#args.outbox.accept(message, this.#clock.nowMs());
    this.#wake();
    return isNew;
  }

  /** The customer has connected the mailbox again. */
  reconnected(customer: string): void {
    this.#disconnected.delete(customer);
    this.#wake();
  }

  /** Who must connect again before anything is sent for them. */
  get disconnected(): readonly string[] {
    return [...this.#disconnected];
  }

  get counts(): OutboxCounts {
    return this.#args.outbox.counts(this.#clock.nowMs());
  }

  /** Takes no further message, waits for those under way, and ends. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("Mailman stops."));
    this.#wake();
    await this.#ended;
  }

  async #work(): Promise<void> {
    const { outbox } = this.#args;
    while (!this.#stopping.signal.aborted) {
      const without = new Set([...this.#busy, ...this.#waiting, ...this.#disconnected]);
      const message = outbox.claim(this.#clock.nowMs(), without);
      if (message === undefined) {
        await this.#somethingToDo(without);
        continue;
      }
      this.#busy.add(message.customer);
      try {
        await this.#attempt(message);
      } finally {
        this.#busy.delete(message.customer);
        this.#wake();
      }
    }
  }

  async #attempt(message: QueuedMessage): Promise<void> {
    const { outbox, tokens, submit } = this.#args;
    const customer = this.#customers.get(message.customer);
    const claimedAtMs = this.#clock.monotonicMs();
    const waitingMs = Math.max(0, this.#clock.nowMs() - message.acceptedAtMs);
    let tokenAtMs: number | undefined;
    let token = "";
    let outcome: AttemptRecord["outcome"] = "sent";
    let failure: unknown;
    try {
      if (customer === undefined) {
        throw new Error(`there is no customer ${message.customer}`);
      }
      token = await tokens.tokenFor(customer, this.#stopping.signal);
      tokenAtMs = this.#clock.monotonicMs();
      await submit[customer.way](customer, token, message);
    } catch (error) {
      failure = error;
    }
    const endedAtMs = this.#clock.monotonicMs();
    if (failure === undefined) {
      // Not among what is caught above: if the outbox fails now, the message must not be taken for unsent.
      outbox.markSent(message.id, this.#clock.nowMs());
    } else {
      outcome = this.#afterFailure(message, customer, token, failure, waitingMs);
    }
    this.#args.onAttempt?.({
      messageId: message.messageId,
      customer: message.customer,
      way: customer?.way,
      attempt: message.attempts + 1,
      outcome,
      error: failure === undefined ? undefined : describe(failure),
      stages: {
        waitingMs,
        tokenMs: (tokenAtMs ?? endedAtMs) - claimedAtMs,
        submissionMs: tokenAtMs === undefined ? undefined : endedAtMs - tokenAtMs,
      },
    });
  }

  #afterFailure(
    message: QueuedMessage,
    customer: Customer | undefined,
    token: string,
    error: unknown,
    ageMs: number,
  ): AttemptRecord["outcome"] {
    const { outbox, tokens } = this.#args;
    if (this.#stopping.signal.aborted && error === this.#stopping.signal.reason) {
      outbox.release(message.id);
      return "wait-for-application";
    }
    const chance = this.#random();
    const consequence = judgeFailure({ error, attempts: message.attempts, ageMs, chance });
    switch (consequence.kind) {
      case "wait-for-application":
        outbox.release(message.id);
        this.#waiting.add(message.customer);
        void this.#resumeWhenCallable();
        break;
      case "customer-must-connect":
        outbox.release(message.id);
        this.#disconnected.add(message.customer);
        break;
      case "again":
        if (consequence.discardToken && customer !== undefined) {
          tokens.discard(customer, token);
        }
        outbox.putBack(message.id, this.#clock.nowMs() + consequence.delayMs, describe(error));
        break;
      case "fail":
        outbox.markFailed(message.id, this.#clock.nowMs(), describe(error));
    }
    return consequence.kind;
  }

  /** Lets one customer try when the circuit breaker is due for a probe, and all of them once it is closed. */
  async #resumeWhenCallable(): Promise<void> {
    if (this.#isResuming) {
      return;
    }
    this.#isResuming = true;
    const { secret } = this.#args;
    while (this.#waiting.size > 0 && !this.#stopping.signal.aborted) {
      // A moment in any case: some of what stops the application does not open the breaker.
      await this.#pause(shortestWaitMs);
      await secret.whenCallable(this.#stopping.signal).catch(() => {}); // Mailman stops.
      if (secret.breaker.state === "closed") {
        this.#waiting.clear();
      } else if (secret.breaker.state === "open") {
        const [probe] = this.#waiting;
        this.#waiting.delete(probe ?? "");
      }
      this.#wake();
    }
    this.#isResuming = false;
  }

  /** Waits until a message may be due: one that waits for its time, or one that was handed in. */
  #somethingToDo(without: ReadonlySet<string>): Promise<void> {
    const { outbox, pollIntervalMs = 1_000 } = this.#args;
    const dueMs = outbox.nextDueMs(without);
    const untilDueMs = dueMs === undefined ? pollIntervalMs : dueMs - this.#clock.nowMs();
    return this.#pause(Math.min(Math.max(untilDueMs, 1), pollIntervalMs), this.#idle);
  }

  /** Waits; less if Mailman stops, or if one of `wakers` is called. */
  #pause(delayMs: number, wakers = new Set<() => void>()): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const end = () => {
        cancelTimer();
        wakers.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const cancelTimer = this.#clock.setTimer(end, delayMs);
      wakers.add(end);
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) {
        end();
      }
    });
  }

  #wake(): void {
    for (const end of [...this.#idle]) {
      end();
    }
  }
}

/** Before anybody who waits for the application asks again, in milliseconds. */
const shortestWaitMs = 500;

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : "unknown";
}
