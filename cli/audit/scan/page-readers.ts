import { availableParallelism } from "node:os";
import { setImmediate as waitingIsServed } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { CommandError } from "../../exit-codes.ts";
import type { CollectionName } from "../graph/collections.ts";
import { GraphError } from "../graph/errors.ts";
import { type PackedBody, unpackedSize } from "../graph/packed-body.ts";
import type { PageJudging } from "./judge-page.ts";
import type { PageJob, PageJobDone, ThreadJudging } from "./page-worker.ts";
import { type PageReading, readPage } from "./read-page.ts";

/** In bytes. To start threads takes as long as to read a few pages larger than this. */
const LARGE = 256 * 1024;
/** Two read faster than Graph answers as many requests as are allowed. */
const MOST_THREADS = 2;
/** So many pages are handed to a thread at once: while one is on its way back, it has the next. */
const MOST_HANDED = 2;
/**
 * In MiB. What is made of a page is garbage once it is judged. With this much room it never outlives the page, and the
 * memory is the same however many pages there are.
 */
const YOUNG_GENERATION_MB = 32;

interface Waiting {
  job: PageJob;
  resolve(reading: PageReading): void;
  reject(reason: unknown): void;
}

/**
 * Reads and judges pages. Small ones in this thread; from the first large one on all of them in threads of their own,
 * so that this one is free to ask for the next.
 */
export class PageReaders {
  readonly #judging: PageJudging;
  readonly #threads: ReaderThread[] = [];
  readonly #queue: Waiting[] = [];
  readonly #startThread: () => Worker;
  #lastId = 0;
  /** Why no more pages are read. */
  #ended: unknown;

  /** @param startThread for tests. */
  constructor(judging: PageJudging, startThread: () => Worker = () => pageWorker(judging)) {
    this.#judging = judging;
    this.#startThread = startThread;
  }

  /**
   * The page that an answer is. Its bytes are given away.
   * @throws CommandError if a thread has died, GraphError after `close`
   */
  async read(collection: CollectionName, body: PackedBody): Promise<PageReading> {
    if (this.#threads.length === 0 && unpackedSize(body) < LARGE) {
      // Whoever waits to send goes first.
      await waitingIsServed();
      return readPage(collection, body, this.#judging);
    }
    if (this.#ended !== undefined) throw this.#ended;
    this.start();
    const { promise, resolve, reject } = Promise.withResolvers<PageReading>();
    this.#queue.push({ job: { id: ++this.#lastId, collection, body }, resolve, reject });
    this.#handOut();
    return promise;
  }

  /** Starts the threads, unless they have been. */
  start(): void {
    if (this.#threads.length > 0 || this.#ended !== undefined) return;
    const threads = Math.min(MOST_THREADS, availableParallelism());
    for (let index = 0; index < threads; index++) {
      this.#threads.push(
        new ReaderThread(
          this.#startThread(),
          () => this.#handOut(),
          (reason) => this.#end(reason),
        ),
      );
    }
  }

  /** Ends the threads. Whoever still waits for a page gets a GraphError. */
  async close(): Promise<void> {
    this.#end(new GraphError("the audit was stopped"));
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #handOut(): void {
    for (;;) {
      const [thread] = this.#threads.toSorted((a, b) => a.handed - b.handed);
      if (thread === undefined || thread.handed >= MOST_HANDED) return;
      const next = this.#queue.shift();
      if (next === undefined) return;
      thread.hand(next);
    }
  }

  /** A page that was lost with its thread would be waited for without end: all of them fail together. */
  #end(reason: unknown): void {
    this.#ended ??= reason;
    for (const { reject } of this.#queue.splice(0)) reject(this.#ended);
    for (const thread of this.#threads) thread.fail(this.#ended);
  }
}

/** One thread, and the pages that it has been handed. */
class ReaderThread {
  readonly #worker: Worker;
  readonly #handed = new Map<number, Waiting>();

  constructor(worker: Worker, onFree: () => void, onEnd: (reason: unknown) => void) {
    this.#worker = worker;
    worker.on("message", ({ id, reading }: PageJobDone) => {
      this.#handed.get(id)?.resolve(reading);
      this.#handed.delete(id);
      onFree();
    });
    worker.on("messageerror", onEnd);
    worker.on("error", (error) => onEnd(isOutOfMemory(error) ? died("ran out of memory") : error));
    worker.on("exit", (code) => onEnd(died(`ended with code ${code}`)));
  }

  get handed(): number {
    return this.#handed.size;
  }

  hand(waiting: Waiting): void {
    this.#handed.set(waiting.job.id, waiting);
    this.#worker.postMessage(waiting.job, [waiting.job.body.bytes.buffer]);
  }

  fail(reason: unknown): void {
    for (const { reject } of this.#handed.values()) reject(reason);
    this.#handed.clear();
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** A thread, in Node's own way of running TypeScript, whatever this process was started with. */
function pageWorker({ lastUsedDay, ...judging }: PageJudging): Worker {
  return new Worker(new URL("page-worker.ts", import.meta.url), {
    workerData: { ...judging, lastUsedDay: lastUsedDay?.shared() } satisfies ThreadJudging,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}

function died(how: string): CommandError {
  return new CommandError(`a thread of the audit, which reads the directory's pages, ${how}`);
}
