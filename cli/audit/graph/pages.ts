import type { GraphClient, InTurn } from "./client.ts";
import { isRecord } from "./entities.ts";
import { GraphError } from "./errors.ts";

/** One page of a collection (https://learn.microsoft.com/graph/paging). */
export interface Page {
  items: unknown[];
  /** Where the next page is; undefined on the last one. */
  next: string | undefined;
  /** How many there are in all; Graph says so on the first page of an advanced query. */
  count: number | undefined;
}

/** A page may be empty; so many in a row are a server that has lost its way. */
const MOST_EMPTY_PAGES = 50;
/** Graph now and then gives a page twice; so often in one collection is a loop. */
const MOST_REPEATED_PAGES = 3;

export interface PagesArgs<T> {
  client: GraphClient;
  /** The first page, or the one to go on from. */
  url: string;
  eventual: boolean;
  inTurn: InTurn;
  /** Asks for the next page while what was taken of this one is worked on. */
  ahead: boolean;
  /** More items than this in one chain of pages cannot be: the reading is broken off. */
  mostItems: number;
  /**
   * Takes out of a page what is to be kept, at once: the page itself is let go before the next one is asked
   * for, or a scan with many chains would hold a page of each.
   */
  take(page: Page): T;
}

/**
 * What was taken of the pages from `url` on. A page that was there before counts as empty, and a chain of pages
 * that leads back to itself, goes on without end or is not a chain of pages at all is broken off with an error:
 * what was given out until then is good.
 * @throws GraphError
 */
export async function* readPages<T>(args: PagesArgs<T>): AsyncGenerator<T, void, void> {
  const chain = new PageChain(args.url, args.mostItems);
  let pending: Promise<Step<T>> | undefined = step(args, chain, args.url);
  while (pending !== undefined) {
    const { taken, next }: Step<T> = await pending;
    pending = undefined;
    if (next !== undefined && args.ahead) {
      pending = step(args, chain, next);
      // Whoever takes the pages may stop: then nobody waits for this one.
      pending.catch(() => undefined);
    }
    yield taken;
    if (next !== undefined && pending === undefined) pending = step(args, chain, next);
  }
}

interface Step<T> {
  taken: T;
  next: string | undefined;
}

async function step<T>(args: PagesArgs<T>, chain: PageChain, url: string): Promise<Step<T>> {
  const { client, eventual, inTurn, take } = args;
  const document = await client.sendForJson({ url, eventual }, isPage, inTurn);
  const page = chain.checked(parsePage(document, url));
  return { taken: take(page), next: page.next };
}

/** Tells a chain of pages that ends from one that does not. */
class PageChain {
  readonly #visited: Set<string>;
  readonly #contents = new Set<string>();
  readonly #mostItems: number;
  #repeated = 0;
  #empty = 0;
  #items = 0;

  constructor(url: string, mostItems: number) {
    this.#visited = new Set([url]);
    this.#mostItems = mostItems;
  }

  /** The page, empty if its content was there before. @throws GraphError if the chain is to be broken off. */
  checked(page: Page): Page {
    const { next, items } = page;
    if (next !== undefined) {
      if (this.#visited.has(next))
        throw new GraphError("Graph's pages lead back to one that was read already");
      this.#visited.add(next);
    }
    const content = signature(items);
    const isRepeated = content !== undefined && this.#contents.has(content);
    if (content !== undefined) this.#contents.add(content);
    this.#repeated += isRepeated ? 1 : 0;
    this.#empty = items.length === 0 ? this.#empty + 1 : 0;
    this.#items += items.length;
    if (this.#repeated > MOST_REPEATED_PAGES)
      throw new GraphError("Graph gives the same page again and again");
    if (this.#empty > MOST_EMPTY_PAGES)
      throw new GraphError(`Graph gave ${this.#empty} empty pages in a row`);
    if (this.#items > this.#mostItems) {
      throw new GraphError(`Graph's pages do not end: ${this.#items} entries so far`);
    }
    return isRepeated ? { ...page, items: [] } : page;
  }
}

function isPage(document: unknown): boolean {
  return isRecord(document) && Array.isArray(document.value);
}

/** Parses one page. @throws GraphError if it is none. */
export function parsePage(json: unknown, url: string): Page {
  const value = isRecord(json) ? json.value : undefined;
  if (!isRecord(json) || !Array.isArray(value)) {
    throw new GraphError(`GET ${url.split("?", 1)[0]} answered with what is no page of a collection`);
  }
  const next = json["@odata.nextLink"];
  const count = json["@odata.count"];
  return {
    items: value,
    next: typeof next === "string" && next !== "" ? next : undefined,
    count: typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined,
  };
}

/** Tells one page's content from another's; undefined if there is nothing to tell it by. */
function signature(items: unknown[]): string | undefined {
  if (items.length === 0) return undefined;
  const [first, last] = [items[0], items.at(-1)];
  if (!isRecord(first) || !isRecord(last) || typeof first.id !== "string") return undefined;
  return `${items.length} ${first.id} ${last.id}`;
}
