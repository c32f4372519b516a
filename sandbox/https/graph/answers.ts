import { badRequest } from "../../entra/errors.ts";
import { emptyAnswer, type FaceAnswer, jsonAnswer } from "../exchange.ts";
import { type GraphCall, isEventual } from "./graph-operation.ts";
import { type Entity, pageOf, type Relations, selected } from "./odata/list.ts";
import { readQuery } from "./odata/query.ts";

/** One object. */
export function entityAnswer(
  call: GraphCall,
  collection: string,
  entity: Entity,
  { status = 200 }: { status?: number } = {},
): FaceAnswer {
  const query = readQuery(call.request.url.searchParams, { eventual: true });
  return jsonAnswer(status, {
    "@odata.context": contextOf(call, `${collection}/$entity`),
    ...selected(entity, query),
  });
}

/** A page of a list. */
export function listAnswer(
  call: GraphCall,
  collection: string,
  entities: readonly Entity[],
  relations?: Relations,
): FaceAnswer {
  const { url } = call.request;
  const query = readQuery(url.searchParams, { eventual: isEventual(call.request) });
  const { items, count, skipToken } = pageOf(entities, query, relations);
  return jsonAnswer(200, {
    "@odata.context": contextOf(call, collection),
    ...(count === undefined ? {} : { "@odata.count": count }),
    ...(skipToken === undefined ? {} : { "@odata.nextLink": withParameter(url, "$skiptoken", skipToken) }),
    value: items,
  });
}

/** How many objects meet the filter, as plain text. */
export function countAnswer(call: GraphCall, entities: readonly Entity[], relations?: Relations): FaceAnswer {
  if (!isEventual(call.request)) throw badRequest("$count is not currently supported.");
  const query = readQuery(call.request.url.searchParams, { eventual: true });
  const { count } = pageOf(entities, { ...query, count: true }, relations);
  return { status: 200, headers: { "content-type": "text/plain" }, body: String(count) };
}

/** A value that is no object of the directory. */
export function valueAnswer(call: GraphCall, type: string, value: object, status = 200): FaceAnswer {
  return jsonAnswer(status, { "@odata.context": contextOf(call, type), ...value });
}

export function noContent(): FaceAnswer {
  return emptyAnswer(204);
}

/** The address of the same request with another value for one parameter. */
export function withParameter(url: URL, name: string, value: string): string {
  const next = new URL(url);
  next.searchParams.set(name, value);
  // Clients compare these names as text; a dollar needs no escape in a query.
  return next.href.replaceAll("%24", "$");
}

export function contextOf({ services, beta }: GraphCall, fragment: string): string {
  return `${services.addresses.origin}/${beta ? "beta" : "v1.0"}/$metadata#${fragment}`;
}
