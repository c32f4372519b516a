import { APPLICATION_PROPERTIES, SERVICE_PRINCIPAL_PROPERTIES } from "./entities.ts";

/** The largest page that Graph gives of applications and service principals; the default is 100. */
export const PAGE_SIZE = 999;

export type CollectionName = "applications" | "servicePrincipals" | "ownerless" | "federated";

/** A list of the directory that the audit reads to its end. */
export interface Collection {
  name: CollectionName;
  path: "/v1.0/applications" | "/v1.0/servicePrincipals";
  select: string;
  /** An advanced query: owners and federated credentials are counted in Graph's index. */
  filter?: string;
  /** How to ask for it in parts that can be read side by side. */
  parts: "creation" | "appId";
}

/**
 * What is read. Owners are not expanded (`$expand` cuts a page to 100 entries and gives at most 20 owners):
 * the applications without one are asked for instead, and so are those with federated credentials.
 */
export const COLLECTIONS: Readonly<Record<CollectionName, Collection>> = {
  applications: {
    name: "applications",
    path: "/v1.0/applications",
    select: APPLICATION_PROPERTIES,
    parts: "creation",
  },
  servicePrincipals: {
    name: "servicePrincipals",
    path: "/v1.0/servicePrincipals",
    select: SERVICE_PRINCIPAL_PROPERTIES,
    parts: "appId",
  },
  ownerless: {
    name: "ownerless",
    path: "/v1.0/applications",
    select: APPLICATION_PROPERTIES,
    filter: "owners/$count eq 0",
    parts: "creation",
  },
  federated: {
    name: "federated",
    path: "/v1.0/applications",
    select: APPLICATION_PROPERTIES,
    filter: "federatedIdentityCredentials/$count ne 0",
    parts: "creation",
  },
};

/** A chain of pages: one query, read from page to page. */
export interface Chain {
  /** Unique in a scan: `applications/0`. Number 0 is the collection in one piece. */
  id: string;
  collection: CollectionName;
  /** The first page. */
  url: string;
  eventual: boolean;
}

/** The collection in one piece. */
export function wholeChain(collection: Collection): Chain {
  const eventual = collection.filter !== undefined;
  return chain(collection, 0, collection.filter, eventual);
}

/** Where the number of entries is answered, as text. Always an advanced query. */
export function countUrl({ path, filter }: Collection): string {
  const query = filter === undefined ? "" : `?$filter=${encodeURIComponent(filter)}`;
  return `${path}/$count${query}`;
}

/**
 * The collection in about `wanted` parts of like size that together hold every entry, some of them twice where
 * two parts meet.
 *
 * Applications are parted by creation date (`ge` and `le` work without the index), at dates where a sample of
 * them divides evenly; service principals by the first character of their client ids, which are random.
 * @param sampleMs creation dates of some entries, in any order.
 */
export function partChains(collection: Collection, wanted: number, sampleMs: readonly number[]): Chain[] {
  if (collection.parts === "appId") {
    return [..."0123456789abcdef"].map((prefix, index) =>
      chain(collection, index + 1, `startswith(appId,'${prefix}')`, true),
    );
  }
  const sorted = sampleMs.toSorted((a, b) => a - b);
  const cuts = new Set<number>();
  for (let part = 1; part < wanted; part++) {
    const cut = sorted[Math.floor((part * sorted.length) / wanted)];
    if (cut !== undefined) cuts.add(cut);
  }
  if (cuts.size === 0) return [];
  const bounds = [undefined, ...cuts, undefined];
  const ranges = bounds.slice(1).map((end, index) => rangeFilter(bounds[index], end));
  const eventual = collection.filter !== undefined;
  return [
    ...ranges.map((range, index) => chain(collection, index + 1, and(collection.filter, range), eventual)),
    // Applications from before creation dates were kept. Only the index can look for them.
    chain(collection, ranges.length + 1, and(collection.filter, "createdDateTime eq null"), true),
  ];
}

function chain(collection: Collection, index: number, filter: string | undefined, eventual: boolean): Chain {
  const query = [`$select=${collection.select}`, `$top=${PAGE_SIZE}`];
  if (filter !== undefined) query.push(`$filter=${encodeURIComponent(filter)}`);
  if (eventual) query.push("$count=true");
  const url = `${collection.path}?${query.join("&")}`;
  return { id: `${collection.name}/${index}`, collection: collection.name, url, eventual };
}

/** Both ends inclusive: whatever the precision that Graph compares with, nothing falls between two ranges. */
function rangeFilter(fromMs: number | undefined, toMs: number | undefined): string {
  const ends = [];
  if (fromMs !== undefined) ends.push(`createdDateTime ge ${new Date(fromMs).toISOString()}`);
  if (toMs !== undefined) ends.push(`createdDateTime le ${new Date(toMs).toISOString()}`);
  return ends.join(" and ");
}

function and(a: string | undefined, b: string): string {
  return a === undefined ? b : `${a} and ${b}`;
}
