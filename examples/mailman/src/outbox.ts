import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type MessageState, type NewMessage, newMessage, type QueuedMessage } from "./message.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    customer TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
    accepted_at_ms INTEGER NOT NULL,
    next_attempt_at_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    ended_at_ms INTEGER,
    last_error TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS unsent ON message (customer, id) WHERE state IN ('queued', 'sending');
  CREATE INDEX IF NOT EXISTS ended ON message (ended_at_ms) WHERE state IN ('sent', 'failed');
  CREATE TABLE IF NOT EXISTS token_cache (customer TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS connection (
    customer TEXT PRIMARY KEY,
    home_account_id TEXT NOT NULL,
    number INTEGER NOT NULL
  ) STRICT;
`;

/** Another process sends from this outbox. */
export class OutboxInUseError extends Error {
  override readonly name = "OutboxInUseError";

  constructor(path: string) {
    super(`Another process sends from the outbox ${path}. Only one may, or messages would be sent twice.`);
  }
}

export interface OutboxCounts extends Record<MessageState, number> {
  /** Age of the oldest message that is neither sent nor failed, in milliseconds; 0 if there is none. */
  readonly oldestUnsentAgeMs: number;
}

export interface OutboxOptions {
  /**
   * How long to wait, with everything else of this process standing still, while another process writes; milliseconds,
   * default 10,000. Then `isOutboxBusy` holds for what is thrown.
   */
  readonly busyTimeoutMs?: number;
}

/** Whether SQLite itself failed: the disk is full, the file is none of its, another process writes. */
export function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: string }).code === "ERR_SQLITE_ERROR";
}

/** Whether this was thrown because another process was writing for too long: it may work a moment later. */
export function isOutboxBusy(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { readonly errcode?: number };
  return errcode !== undefined && (errcode & 0xff) === sqliteBusy;
}

/** SQLITE_BUSY; extended codes hold it in their lowest byte: https://sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

/** How long the Message-ID of a message that was sent or failed is known; milliseconds: 30 days. */
export const rememberedMs = 30 * 86_400_000;

/**
 * Messages that were accepted and must not be lost: a SQLite file, written through to the disk before `accept`
 * returns. Any process may hand in messages; one sends.
 */
export class Outbox {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #lock: DatabaseSync | undefined;

  /** Opens the outbox, made if there is none: readable by its owner only, for it holds mail and refresh tokens. */
  constructor(path: string, { busyTimeoutMs = 10_000 }: OutboxOptions = {}) {
    this.#path = path;
    for (const file of [path, `${path}.lock`]) {
      if (!existsSync(file)) {
        writeFileSync(file, "", { flag: "a", mode: 0o600 });
        chmodSync(file, 0o600);
      }
    }
    this.#database = new DatabaseSync(path);
    this.#database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL; PRAGMA secure_delete = ON`);
    this.#database.exec(schema);
  }

  /**
   * Makes this process the one that sends, until it closes the outbox or ends, however it ends. What was being sent
   * when the last one ended is queued again: whether it arrived cannot be known.
   *
   * @throws OutboxInUseError
   */
  startSending(): void {
    const lock = new DatabaseSync(`${this.#path}.lock`);
    try {
      lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    } catch (error) {
      lock.close();
      throw isOutboxBusy(error) ? new OutboxInUseError(this.#path) : error;
    }
    this.#lock = lock;
    this.#run("UPDATE message SET state = 'queued' WHERE state = 'sending'");
  }

  /**
   * Accepts a message for sending; returns false if it was accepted before.
   *
   * @throws ZodError naming everything that is wrong with it
   */
  accept(message: NewMessage, nowMs: number): boolean {
    const { messageId, customer, ...content } = newMessage.parse(message);
    const { changes } = this.#run(
      `INSERT INTO message (message_id, customer, content, state, accepted_at_ms, next_attempt_at_ms, attempts)
       VALUES (?, ?, ?, 'queued', ?, ?, 0) ON CONFLICT (message_id) DO NOTHING`,
      messageId,
      customer,
      JSON.stringify(content),
      Math.floor(nowMs),
      Math.floor(nowMs),
    );
    return changes === 1;
  }

  /**
   * Takes the next message that is due, the oldest of its customer: what a customer hands in is sent in order. A
   * customer of whom a message is being sent, or whose oldest is not due, has to wait.
   */
  claim(nowMs: number, without: ReadonlySet<string>): QueuedMessage | undefined {
    const row = this.#get(
      `SELECT * FROM message AS candidate
       WHERE id IN (SELECT min(id) FROM message WHERE state IN ('queued', 'sending') GROUP BY customer)
         AND state = 'queued' AND next_attempt_at_ms <= ?
         AND customer NOT IN (SELECT value FROM json_each(?))
       ORDER BY id LIMIT 1`,
      nowMs,
      JSON.stringify([...without]),
    );
    if (row === undefined) {
      return undefined;
    }
    this.#run("UPDATE message SET state = 'sending' WHERE id = ?", Number(row.id));
    return {
      ...(JSON.parse(String(row.content)) as Pick<QueuedMessage, "to" | "subject" | "text">),
      id: Number(row.id),
      messageId: String(row.message_id),
      customer: String(row.customer),
      acceptedAtMs: Number(row.accepted_at_ms),
      attempts: Number(row.attempts),
    };
  }

  /** The message is out: its content is nobody's any more, its Message-ID stays known. */
  markSent(id: number, nowMs: number, error: string | null = null): void {
    this.#run(
      "UPDATE message SET state = 'sent', content = '', ended_at_ms = ?, last_error = ? WHERE id = ?",
      Math.floor(nowMs),
      error,
      id,
    );
  }

  /** Forgets what was sent or failed more than {@link rememberedMs} ago: handed in again, it is sent again. */
  forgetEnded(nowMs: number): void {
    this.#run(
      "DELETE FROM message WHERE state IN ('sent', 'failed') AND ended_at_ms < ?",
      Math.floor(nowMs - rememberedMs),
    );
  }

  /** Nobody will try it again. */
  markFailed(id: number, nowMs: number, error: string): void {
    this.#run(
      "UPDATE message SET state = 'failed', ended_at_ms = ?, last_error = ? WHERE id = ?",
      Math.floor(nowMs),
      error,
      id,
    );
  }

  /** To be tried again, not before `nextAttemptAtMs`; with `to`, for these recipients only. */
  putBack(id: number, nextAttemptAtMs: number, error: string, to?: readonly string[]): void {
    this.#run(
      `UPDATE message SET state = 'queued', attempts = attempts + 1, next_attempt_at_ms = ?, last_error = ?,
         content = iif(? = '', content, json_set(content, '$.to', json(?)))
       WHERE id = ?`,
      Math.ceil(nextAttemptAtMs),
      error,
      to === undefined ? "" : "to",
      JSON.stringify(to ?? []),
      id,
    );
  }

  /** To be tried again whenever there is a chance: it was not its turn yet. */
  release(id: number): void {
    this.#run("UPDATE message SET state = 'queued' WHERE id = ?", id);
  }

  /** When the next message of a customer who may send is due, milliseconds since 1970. */
  nextDueMs(without: ReadonlySet<string>): number | undefined {
    const row = this.#get(
      `SELECT min(next_attempt_at_ms) AS due FROM message
       WHERE id IN (SELECT min(id) FROM message WHERE state IN ('queued', 'sending') GROUP BY customer)
         AND state = 'queued' AND customer NOT IN (SELECT value FROM json_each(?))`,
      JSON.stringify([...without]),
    );
    return row?.due === null || row?.due === undefined ? undefined : Number(row.due);
  }

  counts(nowMs: number): OutboxCounts {
    const counts = { queued: 0, sending: 0, sent: 0, failed: 0 };
    for (const row of this.#all("SELECT state, count(*) AS number FROM message GROUP BY state")) {
      counts[row.state as MessageState] = Number(row.number);
    }
    const oldest = this.#get(
      "SELECT min(accepted_at_ms) AS at FROM message WHERE state IN ('queued', 'sending')",
    )?.at;
    const oldestUnsentAgeMs =
      oldest === null || oldest === undefined ? 0 : Math.max(0, nowMs - Number(oldest));
    return { ...counts, oldestUnsentAgeMs };
  }

  /** What MSAL remembers of a customer: the refresh token, above all. */
  tokenCache(customer: string): string | undefined {
    const row = this.#get("SELECT content FROM token_cache WHERE customer = ?", customer);
    return row === undefined ? undefined : String(row.content);
  }

  saveTokenCache(customer: string, content: string): void {
    this.#run(
      `INSERT INTO token_cache (customer, content) VALUES (?, ?)
       ON CONFLICT (customer) DO UPDATE SET content = excluded.content`,
      customer,
      content,
    );
  }

  /** The customer has connected the mailbox, with this account: a process that sends notices it by the number. */
  saveConnection(customer: string, homeAccountId: string): void {
    this.#run(
      `INSERT INTO connection (customer, home_account_id, number) VALUES (?, ?, 1)
       ON CONFLICT (customer) DO UPDATE SET home_account_id = excluded.home_account_id, number = number + 1`,
      customer,
      homeAccountId,
    );
  }

  /** How often the customer has connected, and with which account the last time. */
  connection(customer: string): { readonly homeAccountId: string | undefined; readonly number: number } {
    const row = this.#get("SELECT home_account_id, number FROM connection WHERE customer = ?", customer);
    return row === undefined
      ? { homeAccountId: undefined, number: 0 }
      : { homeAccountId: String(row.home_account_id), number: Number(row.number) };
  }

  /** Lets go of the file. Once is enough. */
  close(): void {
    for (const database of [this.#database, this.#lock]) {
      if (database?.isOpen) {
        database.close();
      }
    }
  }

  #run(sql: string, ...values: (string | number | null)[]) {
    return this.#statement(sql).run(...values);
  }

  #get(sql: string, ...values: (string | number)[]) {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: (string | number)[]) {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): StatementSync {
    const prepared = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
