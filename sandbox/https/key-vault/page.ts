import { badParameter } from "../../keyvault/errors.ts";

/** https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets: 25 at most. */
const PAGE_LENGTH_MAX = 25;

/**
 * The part of a list that a request asks for, and where the next one is.
 * @param keyOf what the list is ordered by, and a page continues after
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  url: URL,
): { items: T[]; nextLink: string | null } {
  const length = lengthOf(url.searchParams.get("maxresults"));
  const after = url.searchParams.get("$skiptoken");
  const last = after === null ? null : Buffer.from(after, "base64url").toString("utf8");
  const rest = last === null ? items : items.filter((item) => keyOf(item) > last);
  const page = rest.slice(0, length);
  const final = page.at(-1);
  if (final === undefined || rest.length <= length) return { items: page, nextLink: null };
  const next = new URL(url);
  next.searchParams.set("$skiptoken", Buffer.from(keyOf(final)).toString("base64url"));
  return { items: page, nextLink: next.href };
}

function lengthOf(asked: string | null): number {
  if (asked === null) return PAGE_LENGTH_MAX;
  const length = Number(asked);
  if (!Number.isInteger(length) || length < 1 || length > PAGE_LENGTH_MAX) {
    throw badParameter(`Invalid maxresults: ${asked}. A page holds 1 to ${PAGE_LENGTH_MAX} items.`);
  }
  return length;
}
