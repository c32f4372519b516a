import { type Clock, type RotatingSecret, systemClock } from "../../../runtime/src/index.ts";
import type { AttemptRecord } from "./attempt-record.ts";
import type { Customer } from "./customer.ts";
import { judgeFailure } from "./judge-failure.ts";
import type { NewMessage, QueuedMessage } from "./message.ts";
import { isOutboxBusy, type Outbox, type OutboxCounts } from "./outbox.ts";
import { orAborted, pause } from "./pause.ts";
import { PartlySubmittedError, type Submit } from "./submission.ts";

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
  /**
   * How often the outbox is looked at for what other processes did: messages handed in, mailboxes connected.
   * Milliseconds, default 1,000.
   */
  readonly pollIntervalMs?: number;
  /** Told of each attempt. What it throws is nobody's concern. */
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
  /** Who must connect again, and how often they had connected before that was found out. */
  readonly #disconnected = new Map<string, number>();
  readonly #stopping = new AbortController();
  /** Aborted when what is under way has had its time. */
  readonly #givingUp = new AbortController();
  /** Workers that wait for something to do. */
  readonly #idle = new Set<() => void>();
  #isResuming = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #forgotAtMs = Number.NEGATIVE_INFINITY;
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
    this.#ended.catch(() => {}); // Whoever looks at `ended` is told; nobody has to.
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
    return [...this.#disconnected.keys()];
  }

  get counts(): OutboxCounts {
    return this.#args.outbox.counts(this.#clock.nowMs());
  }

  /**
   * Takes no further message, waits for those under way, and ends. What is still under way after `withinMs`
   * (milliseconds, default 30,000) is broken off and stays in the outbox: whether it arrived cannot be known.
   *
   * @throws what `ended` rejects with
   */
  async stop({ withinMs = 30_000 }: { readonly withinMs?: number } = {}): Promise<void> {
    this.#stopping.abort(new Error("Mailman stops."));
    this.#wake();
    const cancelTimer = this.#clock.setTimer(
      () => this.#givingUp.abort(new Error("Mailman stops.")),
      withinMs,
    );
    try {
      await this.#ended;
    } finally {
      cancelTimer();
    }
  }

  async #work(): Promise<void> {
    const { outbox } = this.#args;
    while (!this.#stopping.signal.aborted) {
      await this.#patiently(() => this.#lookAround());
      const without = () => new Set([...this.#busy, ...this.#waiting, ...this.#disconnected.keys()]);
      const message = await this.#patiently(() => {
        const claimed = outbox.claim(this.#clock.nowMs(), without());
        if (claimed !== undefined) this.#busy.add(claimed.customer);
        return claimed;
      });
      if (message === undefined) {
        await this.#somethingToDo(without());
        continue;
      }
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
    let connections = 0;
    let tokenAtMs: number | undefined;
    let token = "";
    let outcome: AttemptRecord["outcome"] = "sent";
    let failure: unknown;
    try {
      if (customer === undefined) {
        throw new Error(`there is no customer ${message.customer}`);
      }
      // Before the token: a customer who connects while it is asked for must not go unnoticed.
      connections = customer.signIn.as === "user" ? outbox.connection(customer.id).number : 0;
      token = await tokens.tokenFor(customer, this.#stopping.signal);
      tokenAtMs = this.#clock.monotonicMs();
      const { signal } = this.#givingUp;
      await orAborted(submit[customer.way](customer, token, message, signal), signal);
    } catch (error) {
      failure = error;
    }
    const endedAtMs = this.#clock.monotonicMs();
    if (failure === undefined) {
      // Not among what is caught above: if the outbox fails now, the message must not be taken for unsent.
      await this.#patiently(() => outbox.markSent(message.id, this.#clock.nowMs()));
    } else {
      const attempt = { message, customer, token, error: failure, ageMs: waitingMs, connections };
      outcome = await this.#afterFailure(attempt);
    }
    this.#tell({
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

  async #afterFailure({
    message,
    customer,
    token,
    error,
    ageMs,
    connections,
  }: FailedAttempt): Promise<AttemptRecord["outcome"]> {
    const { outbox, tokens } = this.#args;
    const { id, attempts } = message;
    if ([this.#stopping, this.#givingUp].some(({ signal }) => signal.aborted && error === signal.reason)) {
      await this.#patiently(() => outbox.release(id));
      return "interrupted";
    }
    const consequence = judgeFailure({ error, attempts, ageMs, chance: this.#random() });
    switch (consequence.kind) {
      case "wait-for-application":
        await this.#patiently(() => outbox.release(id));
        this.#waiting.add(message.customer);
        void this.#resumeWhenCallable();
        break;
      case "customer-must-connect":
        await this.#patiently(() => outbox.release(id));
        this.#disconnected.set(message.customer, connections);
        break;
      case "again": {
        if (consequence.discardToken && customer !== undefined) {
          tokens.discard(customer, token);
        }
        const to = error instanceof PartlySubmittedError ? error.putOff : undefined;
        const nextMs = this.#clock.nowMs() + consequence.delayMs;
        await this.#patiently(() => outbox.putBack(id, nextMs, describe(error), to));
        break;
      }
      case "sent":
        await this.#patiently(() => outbox.markSent(id, this.#clock.nowMs(), describe(error)));
        break;
      case "fail":
        await this.#patiently(() => outbox.markFailed(id, this.#clock.nowMs(), describe(error)));
    }
    return consequence.kind;
  }

  /** Notices who has connected again in another process, and forgets what ended long ago. */
  #lookAround(): void {
    const { outbox, pollIntervalMs = 1_000 } = this.#args;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lookedAtMs >= pollIntervalMs) {
      this.#lookedAtMs = nowMs;
      for (const [customer, connections] of this.#disconnected) {
        if (outbox.connection(customer).number !== connections) this.reconnected(customer);
      }
    }
    if (nowMs - this.#forgotAtMs >= forgetEveryMs) {
      outbox.forgetEnded(this.#clock.nowMs());
      this.#forgotAtMs = nowMs;
    }
  }

  /** Does something with the outbox, again and again while other processes are writing: it will be free. */
  async #patiently<T>(work: () => T): Promise<T> {
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isOutboxBusy(error) || this.#givingUp.signal.aborted) {
          throw error;
        }
      }
      await new Promise<void>((resolve) => void this.#clock.setTimer(resolve, busyPauseMs));
    }
  }

  #tell(record: AttemptRecord): void {
    try {
      this.#args.onAttempt?.(record);
    } catch {
      // Not ours to handle, and a broken logger must not stop the mail.
    }
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
      await pause(shortestWaitMs, { clock: this.#clock, signal: this.#stopping.signal });
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
  async #somethingToDo(without: ReadonlySet<string>): Promise<void> {
    const { outbox, pollIntervalMs = 1_000 } = this.#args;
    const dueMs = await this.#patiently(() => outbox.nextDueMs(without));
    const untilDueMs = dueMs === undefined ? pollIntervalMs : dueMs - this.#clock.nowMs();
    await pause(Math.min(Math.max(untilDueMs, 1), pollIntervalMs), {
      clock: this.#clock,
      signal: this.#stopping.signal,
      wakers: this.#idle,
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

/** Before the outbox is tried again that another process was writing to, in milliseconds. */
const busyPauseMs = 500;

/** How often what ended long ago is removed, in milliseconds. */
const forgetEveryMs = 3_600_000;

interface FailedAttempt {
  readonly message: QueuedMessage;
  readonly customer: Customer | undefined;
  readonly token: string;
  readonly error: unknown;
  /** Since the message was accepted, in milliseconds. */
  readonly ageMs: number;
  /** How often the customer had connected before the token was asked for. */
  readonly connections: number;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : "unknown";
}
