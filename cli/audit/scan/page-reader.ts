import { setImmediate as waitingIsServed } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { CommandError } from "../../exit-codes.ts";
import type { CollectionName } from "../graph/collections.ts";
import { GraphError } from "../graph/errors.ts";
import type { PackedBody } from "../graph/packed-body.ts";
import type { PageJudging } from "./judge-page.ts";
import type { PageJob, PageJobDone, ThreadJudging } from "./page-worker.ts";
import { type PageReading, readPage } from "./read-page.ts";

/**
 * In MiB. What is made of a page is garbage once it is judged. With this much room hardly any of it outlives the page,
 * and the memory stays the same however many pages there are.
 */
const YOUNG_GENERATION_MB = 8;

/** Whoever waits for a page. */
interface Waiting {
  resolve(reading: PageReading): void;
  reject(reason: unknown): void;
}

/**
 * Reads and judges pages: in this thread, or, once `start` was called, in one of its own, so that this one is free to
 * ask for the next. One thread reads pages as fast as eight requests at once bring them.
 */
export class PageReader {
  readonly #judging: PageJudging;
  readonly #startThread: () => Worker;
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  /** Why no more pages are read by the thread. */
  #ended: unknown;

  /** @param startThread for tests. */
  constructor(judging: PageJudging, startThread: () => Worker = () => pageWorker(judging)) {
    this.#judging = judging;
    this.#startThread = startThread;
  }

  /** Starts the thread, unless that was done. Worth it for more than a few pages. */
  start(): void {
    if (this.#thread !== undefined || this.#ended !== undefined) return;
    const thread = this.#startThread();
    this.#thread = thread;
    thread.on("message", ({ id, reading }: PageJobDone) => {
      this.#waiting.get(id)?.resolve(reading);
      this.#waiting.delete(id);
    });
    thread.on("messageerror", (error) => this.#end(error));
    thread.on("error", (error) => this.#end(isOutOfMemory(error) ? died("ran out of memory") : error));
    thread.on("exit", (code) => this.#end(died(`ended with code ${code}`)));
  }

  /**
   * The page that an answer is. Its bytes are given away.
   * @throws CommandError if the thread has died, GraphError after `close`
   */
  read(collection: CollectionName, body: PackedBody): Promise<PageReading> {
    if (this.#thread === undefined) return this.#readHere(collection, body);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<PageReading>();
    this.#waiting.set(id, { resolve, reject });
    this.#thread.postMessage({ id, collection, body } satisfies PageJob, [body.bytes.buffer]);
    return promise;
  }

  async #readHere(collection: CollectionName, body: PackedBody): Promise<PageReading> {
    // Whoever waits to send goes first.
    await waitingIsServed();
    return readPage(collection, body, this.#judging);
  }

  /** Ends the thread. Whoever still waits for a page gets a GraphError. */
  async close(): Promise<void> {
    this.#end(new GraphError("the audit was stopped"));
    await this.#thread?.terminate();
  }

  /** A page that was lost with its thread would be waited for without end. */
  #end(reason: unknown): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

/** The thread, in Node's own way of running TypeScript, whatever this process was started with. */
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
  return new CommandError(`the thread of the audit that reads the directory's pages ${how}`);
}
