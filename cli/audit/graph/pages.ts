import type { GraphClient } from "./client.ts";
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

export interface PagesArgs {
  client: GraphClient;
  /** The first page, or the one to go on from. */
  url: string;
  eventual: boolean;
  /** Runs a request when there is a free place for it. */
  inTurn<T>(request: () => Promise<T>): Promise<T>;
  /** Asks for the next page while this one is worked on. Costs the memory of one more page. */
  ahead: boolean;
  /** More items than this in one chain of pages cannot be: the reading is broken off. */
  mostItems: number;
}

/**
 * The pages from `url` on. A page that was there before is left out, and a chain of pages that leads back to
 * itself, goes on without end or is not a chain of pages at all is broken off with an error: what was given
 * out until then is good.
 * @throws GraphError
 */
export async function* readPages(args: PagesArgs): AsyncGenerator<Page, void, void> {
  const visited = new Set<string>([args.url]);
  const contents = new Set<string>();
  let [repeated, empty, items] = [0, 0, 0];
  let pending: Promise<Page> | undefined = request(args, args.url);
  while (pending !== undefined) {
    const page: Page = await pending;
    pending = undefined;
    const { next } = page;
    if (next !== undefined) {
      if (visited.has(next)) throw new GraphError("Graph's pages lead back to one that was read already");
      visited.add(next);
    }
    const content = signature(page.items);
    const isRepeated = content !== undefined && contents.has(content);
    if (content !== undefined) contents.add(content);
    repeated += isRepeated ? 1 : 0;
    empty = page.items.length === 0 ? empty + 1 : 0;
    items += page.items.length;
    if (repeated > MOST_REPEATED_PAGES) throw new GraphError("Graph gives the same page again and again");
    if (empty > MOST_EMPTY_PAGES) throw new GraphError(`Graph gave ${empty} empty pages in a row`);
    if (items > args.mostItems) throw new GraphError(`Graph's pages do not end: ${items} entries so far`);
    if (next !== undefined && args.ahead) {
      pending = request(args, next);
      // Whoever takes the pages may stop: then nobody waits for this one.
      pending.catch(() => undefined);
    }
    yield isRepeated ? { ...page, items: [] } : page;
    if (next !== undefined && pending === undefined) pending = request(args, next);
  }
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

async function request({ client, eventual, inTurn }: PagesArgs, url: string): Promise<Page> {
  return parsePage(await inTurn(() => client.sendForJson({ url, eventual })), url);
}

/** Tells one page's content from another's; undefined if there is nothing to tell it by. */
function signature(items: unknown[]): string | undefined {
  if (items.length === 0) return undefined;
  const [first, last] = [items[0], items.at(-1)];
  if (!isRecord(first) || !isRecord(last) || typeof first.id !== "string") return undefined;
  return `${items.length} ${first.id} ${last.id}`;
}
