import { badRequest } from "../../../entra/errors.ts";
import { matchesFilter } from "./matches-filter.ts";
import type { Query } from "./query.ts";

/** An object as Graph shows it. */
export type Entity = Record<string, unknown> & { id: string };

/** What can be filtered by, though it is not shown with the object: its owners and the like. */
export type Relations = (entity: Entity) => Record<string, unknown>;

const NO_RELATIONS: Relations = () => ({});

export interface Page {
  items: Entity[];
  /** All that meet the filter; undefined: nobody asked. */
  count: number | undefined;
  /** Names the last item of the page; undefined on the last page. */
  skipToken: string | undefined;
}

/** The part of a list that a query asks for. */
export function pageOf(entities: readonly Entity[], query: Query, relations: Relations = NO_RELATIONS): Page {
  const { filter, top, skipToken, count, orderBy } = query;
  const matching =
    filter === undefined
      ? [...entities]
      : entities.filter((each) => matchesFilter({ ...each, ...relations(each) }, filter));
  const sorted = orderBy.length === 0 ? matching : matching.toSorted((a, b) => inOrder(a, b, orderBy));
  const start = skipToken === undefined ? 0 : positionAfter(sorted, skipToken);
  const page = sorted.slice(start, start + top);
  const last = page.at(-1);
  const isLast = last === undefined || start + top >= sorted.length;
  return {
    items: page.map((entity) => selected(entity, query)),
    count: count ? matching.length : undefined,
    skipToken: isLast ? undefined : Buffer.from(`${start + top}/${last.id}`).toString("base64url"),
  };
}

/** An entity with the properties that were asked for, and its id. */
export function selected(entity: Entity, { select }: Pick<Query, "select">): Entity {
  if (select === undefined) return entity;
  const wanted = new Set(select.map((name) => name.toLowerCase()));
  const kept = Object.entries(entity).filter(
    ([name]) => name === "id" || name.startsWith("@odata.") || wanted.has(name.toLowerCase()),
  );
  return Object.fromEntries(kept) as Entity;
}

/** Goes on after the named item; after its old place, if it is gone by now. */
function positionAfter(sorted: readonly Entity[], skipToken: string): number {
  const [position = "", id = ""] = Buffer.from(skipToken, "base64url").toString("utf8").split("/");
  if (!/^\d+$/.test(position)) throw badRequest("The skip token is not valid.");
  const at = sorted.findIndex((entity) => entity.id === id);
  return at < 0 ? Math.max(0, Number(position) - 1) : at + 1;
}

function inOrder(a: Entity, b: Entity, orderBy: Query["orderBy"]): number {
  for (const { property, descending } of orderBy) {
    const [left, right] = [a, b].map((entity) => String(entity[property] ?? "").toLowerCase());
    const order = (left ?? "").localeCompare(right ?? "");
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
