import type { GraphClient, GraphRequest } from "./client.ts";
import { isRecord } from "./entities.ts";
import { GraphError } from "./errors.ts";
import { parsedJson } from "./parsed-json.ts";

/** One page of a collection (https://learn.microsoft.com/graph/paging), and what was read out of it. */
export interface Page<C> {
  /** Where the next page is; undefined on the last one. */
  next: string | undefined;
  /** How many there are in all; Graph says so on the first page of an advanced query. */
  count: number | undefined;
  /** How many entries it has. */
  size: number;
  /** Tells one page's content from another's; undefined if there is nothing to tell it by. */
  signature: string | undefined;
  content: C;
}

/** A page may be empty; so many in a row are a server that has lost its way. */
const MOST_EMPTY_PAGES = 50;
/** Graph now and then gives a page twice; so often in one collection is a loop. */
const MOST_REPEATED_PAGES = 3;

export interface PagesArgs<C, T> {
  /** The first page, or the one to go on from. */
  url: string;
  /** Asks for a page. */
  ask(url: string): Promise<Page<C>>;
  /** Asks for the next page while what was taken of this one is worked on. */
  ahead: boolean;
  /** More items than this in one chain of pages cannot be: the reading is broken off. */
  mostItems: number;
  /**
   * Takes out of a page what is to be kept, at once: the page itself is let go before the next one is asked
   * for, or a scan with many chains would hold a page of each.
   * @param content undefined: the chain had it already.
   */
  take(content: C | undefined, page: Page<C>): T;
}

/**
 * What was taken of the pages from `url` on. A page that was there before counts as empty, and a chain of pages
 * that leads back to itself, goes on without end or is not a chain of pages at all is broken off with an error:
 * what was given out until then is good.
 * @throws GraphError
 */
export async function* readPages<C, T>(args: PagesArgs<C, T>): AsyncGenerator<T, void, void> {
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

async function step<C, T>({ ask, take }: PagesArgs<C, T>, chain: PageChain, url: string): Promise<Step<T>> {
  const page = await ask(url);
  const isRepeated = chain.isRepeated(page);
  return { taken: take(isRepeated ? undefined : page.content, page), next: page.next };
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

  /** Whether the page's content was there before. @throws GraphError if the chain is to be broken off. */
  isRepeated({ next, size, signature }: Page<unknown>): boolean {
    if (next !== undefined) {
      if (this.#visited.has(next))
        throw new GraphError("Graph's pages lead back to one that was read already");
      this.#visited.add(next);
    }
    const isRepeated = signature !== undefined && this.#contents.has(signature);
    if (signature !== undefined) this.#contents.add(signature);
    this.#repeated += isRepeated ? 1 : 0;
    this.#empty = size === 0 ? this.#empty + 1 : 0;
    this.#items += size;
    if (this.#repeated > MOST_REPEATED_PAGES)
      throw new GraphError("Graph gives the same page again and again");
    if (this.#empty > MOST_EMPTY_PAGES)
      throw new GraphError(`Graph gave ${this.#empty} empty pages in a row`);
    if (this.#items > this.#mostItems) {
      throw new GraphError(`Graph's pages do not end: ${this.#items} entries so far`);
    }
    return isRepeated;
  }
}

/** A page with its entries as they are. @throws GraphError */
export async function askForPage(
  client: GraphClient,
  request: GraphRequest,
): Promise<Page<readonly unknown[]>> {
  const page = await client.askUntilWhole(request, async () => {
    const { text } = await client.send(request);
    const document = parsedJson(text);
    if (document === undefined) return { brokenLength: text.length };
    const value = pageOf(document.value, (items) => items);
    return { value, isWhole: value !== undefined };
  });
  if (page === undefined) throw noPage(request.url);
  return page;
}

/** What is said of a document that is no page. */
export function noPage(url: string): GraphError {
  return new GraphError(`GET ${url.split("?", 1)[0]} answered with what is no page of a collection`);
}

/** The page that a document is, with what `read` makes of its entries; undefined: it is none. */
export function pageOf<C>(document: unknown, read: (items: readonly unknown[]) => C): Page<C> | undefined {
  if (!isRecord(document) || !Array.isArray(document.value)) return undefined;
  const { value, "@odata.nextLink": next, "@odata.count": count } = document;
  return {
    next: typeof next === "string" && next !== "" ? next : undefined,
    count: typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined,
    size: value.length,
    signature: signatureOf(value),
    content: read(value),
  };
}

function signatureOf(items: unknown[]): string | undefined {
  if (items.length === 0) return undefined;
  const [first, last] = [items[0], items.at(-1)];
  if (!isRecord(first) || !isRecord(last) || typeof first.id !== "string") return undefined;
  return `${items.length} ${first.id} ${last.id}`;
}
