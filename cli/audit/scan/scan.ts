import pLimit from "p-limit";
import type { GraphClient } from "../graph/client.ts";
import {
  type Chain,
  COLLECTIONS,
  type Collection,
  type CollectionName,
  countUrl,
  PAGE_SIZE,
  partChains,
  wholeChain,
} from "../graph/collections.ts";
import { GraphError, RIGHT_TO_READ } from "../graph/errors.ts";
import { noPage, type Page, readPages } from "../graph/pages.ts";
import type { Gap } from "../model.ts";
import type { AuditState } from "./audit-state.ts";
import { toleratedMissing } from "./completeness.ts";
import type { Journal } from "./journal.ts";
import { emptyPage, type JudgedPage } from "./judge-page.ts";
import { firstOnly, type PageOutcome } from "./page-outcome.ts";
import type { PageReader } from "./page-reader.ts";

/** A collection of more pages than this is read in parts, side by side. */
const PAGES_WORTH_PARTS = 4;
/** Without a count from the directory, no collection can be larger (a tenant holds at most 500,000 objects by default). */
const MOST_ITEMS = 10_000_000;

export interface ScanArgs {
  client: GraphClient;
  state: AuditState;
  journal: Journal;
  reader: PageReader;
  /** How many requests are under way at once, at most. */
  concurrency: number;
  /** Is told after each page. `expected`: how many entries the directory counts. */
  onProgress(collection: CollectionName, read: number, expected: number | undefined): void;
}

/**
 * Reads the directory into `state`, from where an earlier scan left off if the state has one.
 * @returns what could not be read, or not completely.
 * @throws GraphError if applications cannot be read at all.
 */
export async function scanDirectory(args: ScanArgs): Promise<Gap[]> {
  const limit = pLimit(args.concurrency);
  const gaps = await Promise.all(
    Object.values(COLLECTIONS).map((collection) => new CollectionScan(collection, args, limit).run()),
  );
  if (args.state.unreadable > 0) {
    gaps.push([gap("entries", `${args.state.unreadable} entries are not of the form that Graph documents`)]);
  }
  return gaps.flat();
}

/** What is kept of a page. */
interface TakenPage {
  outcome: PageOutcome;
  /** Creation dates, for parting the collection. */
  createdMs: readonly number[];
  next: string | undefined;
  count: number | undefined;
}

/** Reads one collection. */
class CollectionScan {
  readonly #collection: Collection;
  readonly #args: ScanArgs;
  readonly #limit: ReturnType<typeof pLimit>;
  /** How many entries the directory counts. */
  #expected: number | undefined;
  #counted: Promise<number | undefined> | undefined;
  /** The first page, while parts are read already. */
  #besides: Promise<unknown> | undefined;

  constructor(collection: Collection, args: ScanArgs, limit: ReturnType<typeof pLimit>) {
    this.#collection = collection;
    this.#args = args;
    this.#limit = limit;
  }

  async run(): Promise<Gap[]> {
    const { name } = this.#collection;
    try {
      return await this.#read();
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      if (error.isRefusal && this.#isMain) throw error;
      const why = error.isRefusal ? `${error.message}: it takes ${RIGHT_TO_READ}` : error.message;
      return [{ ...gap(name, why), essential: !error.isUnsupported, refused: error.isRefusal }];
    }
  }

  /** Applications and service principals: without them there is no audit. */
  get #isMain(): boolean {
    return this.#collection.filter === undefined;
  }

  async #read(): Promise<Gap[]> {
    const { state } = this.#args;
    const whole = wholeChain(this.#collection);
    // Filtered lists come with their count.
    const count = this.#isMain ? this.#countOnce() : undefined;
    const [expected, parts] = await Promise.all([count, this.#begin(whole)]);
    this.#expected ??= expected;
    if (parts.length > 0) {
      try {
        await Promise.all([this.#besides, ...parts.map((part) => this.#readChain(part, false))]);
      } catch (error) {
        // Whatever a part failed by, the collection in one piece may succeed; a refusal will not change.
        if (!(error instanceof GraphError) || error.isRefusal) throw error;
        await this.#readChain(whole, true);
      }
    } else {
      await this.#readChain(whole, true);
    }
    return this.#checkComplete(whole, state.read(this.#collection.name));
  }

  /**
   * Reads the first page and decides on parts. Empty: the collection is to be read in one piece. With a state
   * that has parts already, those.
   */
  async #begin(whole: Chain): Promise<Chain[]> {
    const { state, journal, concurrency } = this.#args;
    const { name, parts } = this.#collection;
    const known = state.chains(name);
    if (known.length > 0) return known.filter(({ id }) => id !== whole.id);
    await this.#addChains([whole]);
    if (concurrency === 1) return [];
    const first = this.#pages(whole, whole.url, false).next();
    // Waited for below, or with the parts.
    first.catch(() => undefined);
    const journaled = async () => {
      const { value } = await first;
      if (value) await journal.page(whole, value.next, value.outcome);
      return value;
    };
    if (parts === "appId" && isLarge(await this.#countOnce())) {
      // These parts do not depend on what the page holds.
      this.#besides = journaled();
      this.#besides.catch(() => undefined);
      return this.#addChains(partChains(this.#collection, 2 * concurrency, []));
    }
    const page = await journaled();
    if (!page || page.next === undefined) return [];
    this.#expected = page.count ?? (await this.#countOnce());
    if (!isLarge(this.#expected)) return [];
    // Twice as many as there are requests at once: while one part's page is worked on, another's is asked for.
    return this.#addChains(partChains(this.#collection, 2 * concurrency, page.createdMs));
  }

  async #addChains(chains: Chain[]): Promise<Chain[]> {
    const { state, journal } = this.#args;
    const { name } = this.#collection;
    if (chains.length > 0) {
      state.applyChains(name, chains);
      await journal.chains(name, chains);
    }
    return chains;
  }

  /** Reads `chain` on, from where it stands, to its end. */
  async #readChain(chain: Chain, ahead: boolean): Promise<void> {
    const { state } = this.#args;
    const position = state.position(chain);
    if (position === undefined) return;
    try {
      await this.#readFrom(chain, position, ahead);
    } catch (error) {
      // A page's address is valid for a while only (`Directory_ExpiredPageToken`).
      if (position === chain.url || !(error instanceof GraphError) || error.status !== 400) throw error;
      await this.#readFrom(chain, chain.url, ahead);
    }
  }

  async #readFrom(chain: Chain, url: string, ahead: boolean): Promise<void> {
    const { journal } = this.#args;
    for await (const { outcome, next } of this.#pages(chain, url, ahead)) {
      await journal.page(chain, next, outcome);
    }
  }

  #pages(chain: Chain, url: string, ahead: boolean) {
    const mostItems = this.#expected === undefined ? MOST_ITEMS : 2 * this.#expected + 10 * PAGE_SIZE;
    return readPages({
      url,
      ask: (address) => this.#ask(chain, address),
      ahead,
      mostItems,
      take: (judged, page) => this.#take(chain, judged ?? emptyPage(), page),
    });
  }

  async #ask(chain: Chain, url: string): Promise<Page<JudgedPage>> {
    const { client, reader } = this.#args;
    const request = { url, eventual: chain.eventual };
    const page = await client.askUntilWhole(request, async () =>
      reader.read(this.#collection.name, await this.#limit(() => client.sendForPacked(request))),
    );
    if (page === undefined) throw noPage(url);
    return page;
  }

  /** Adds a page to the state, in one go: of two pages that hold the same entry, one finds it known. */
  #take(chain: Chain, judged: JudgedPage, { next, count }: Page<JudgedPage>): TakenPage {
    const { state, onProgress } = this.#args;
    const { name } = this.#collection;
    this.#expected ??= count;
    const outcome = firstOnly(judged, (id) => state.see(name, id));
    state.applyPage(chain, next, outcome);
    onProgress(name, state.read(name), this.#expected);
    return { outcome, createdMs: judged.createdMs, next, count };
  }

  /** The count, asked for once. */
  #countOnce(): Promise<number | undefined> {
    this.#counted ??= this.#count().then((count) => {
      if (isLarge(count)) this.#args.reader.start();
      return count;
    });
    return this.#counted;
  }

  /** How many entries the directory counts; undefined where it does not (a B2C tenant has no index). */
  async #count(): Promise<number | undefined> {
    try {
      const { text } = await this.#limit(() =>
        this.#args.client.send({ url: countUrl(this.#collection), eventual: true }),
      );
      return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
    } catch (error) {
      if (error instanceof GraphError && error.isUnsupported) return undefined;
      throw error;
    }
  }

  /**
   * Compares what was read with what the directory counts: pages that end early look like a smaller directory. In a
   * small collection every difference is reason enough to read it again.
   */
  async #checkComplete(whole: Chain, firstRead: number): Promise<Gap[]> {
    const { state } = this.#args;
    const { name } = this.#collection;
    // A scan that went on behind a filtered list's first page has not seen its count.
    this.#expected ??= await this.#countOnce();
    if (this.#expected === undefined || firstRead >= this.#expected) return [];
    const expected = (await this.#count()) ?? this.#expected;
    const tolerated = toleratedMissing(expected, !this.#isMain);
    if (firstRead < expected && (!isLarge(expected) || expected - firstRead > tolerated)) {
      await this.#readFrom(whole, whole.url, true);
    }
    const missing = expected - state.read(name);
    if (missing <= tolerated) return [];
    return [gap(name, `the directory counts ${expected}, but its pages held ${state.read(name)}`)];
  }
}

/** Whether it is worth to read a collection in parts, and in a thread of its own. */
function isLarge(expected: number | undefined): boolean {
  return expected !== undefined && expected > PAGES_WORTH_PARTS * PAGE_SIZE;
}

function gap(what: string, why: string): Gap {
  return { what, why, essential: true, refused: false };
}
