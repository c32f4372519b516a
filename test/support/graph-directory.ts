/** An application or service principal as Microsoft Graph has it, owners and federated credentials included. */
export type GraphEntity = Record<string, unknown> & { id: string };

/** A directory to answer from. */
export interface GraphDirectory {
  applications: GraphEntity[];
  servicePrincipals: GraphEntity[];
  /** Entries of the report on the use of credentials; undefined: refused. */
  signIns?: GraphEntity[] | undefined;
}

export interface GraphAnswer {
  status: number;
  /** Text is sent as it is, anything else as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

export interface GraphQuestion {
  method: string;
  /** Path and query. */
  url: string;
  body: unknown;
}

/** What Graph keeps apart from an entity's own properties. */
const RELATIONS = ["owners", "federatedIdentityCredentials"];

/**
 * Answers as Microsoft Graph does, for just those questions that the audit asks: lists with `$select`, `$top`,
 * `$count`, the filters of `cli/audit/graph/collections.ts`, counts, the sign-in report, batches of owners.
 */
export function answerFrom(
  directory: GraphDirectory,
  origin: string,
  { method, url, body }: GraphQuestion,
): GraphAnswer {
  const { pathname, searchParams } = new URL(url, origin);
  if (method === "POST" && pathname === "/v1.0/$batch") return batch(directory, origin, body);
  const [, version, collection = "", id, relation] = pathname.split("/");
  if (version === "beta" && pathname.endsWith("/appCredentialSignInActivities")) {
    if (directory.signIns === undefined) return error(403, "Authentication_MSGraphPermissionMissing");
    return page(directory.signIns, origin, url, searchParams);
  }
  if (collection !== "applications" && collection !== "servicePrincipals") return error(404, "NotFound");
  const entities = directory[collection];
  if (relation === "owners") {
    const owners = entities.find((entity) => entity.id === id)?.owners;
    return owners === undefined
      ? error(404, "Request_ResourceNotFound")
      : { status: 200, body: { value: owners } };
  }
  const filter = searchParams.get("$filter");
  const matching = filter === null ? entities : entities.filter(filterOf(filter));
  if (id === "$count") return { status: 200, body: String(matching.length) };
  return page(matching, origin, url, searchParams);
}

/** One page: `$skiptoken` is a place in the list. */
function page(entities: GraphEntity[], origin: string, url: string, query: URLSearchParams): GraphAnswer {
  const top = Math.min(999, Number(query.get("$top") ?? 100));
  const start = Number(query.get("$skiptoken") ?? 0);
  const select = query.get("$select")?.split(",");
  const value = entities.slice(start, start + top).map((entity) => selected(entity, select));
  const next = new URL(url, origin);
  next.searchParams.set("$skiptoken", String(start + top));
  const isFirst = start === 0 && query.get("$count") === "true";
  return {
    status: 200,
    body: {
      ...(isFirst ? { "@odata.count": entities.length } : {}),
      ...(start + top < entities.length ? { "@odata.nextLink": next.href } : {}),
      value,
    },
  };
}

function selected(entity: GraphEntity, select: string[] | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entity).filter(([name]) =>
      select === undefined ? !RELATIONS.includes(name) : select.includes(name),
    ),
  );
}

/** A filter is conditions joined by `and`. @throws for any other than the audit's. */
function filterOf(filter: string): (entity: GraphEntity) => boolean {
  const conditions = filter.split(" and ").map(conditionOf);
  return (entity) => conditions.every((condition) => condition(entity));
}

function conditionOf(text: string): (entity: GraphEntity) => boolean {
  const prefix = /^startswith\(appId,'(.*)'\)$/.exec(text)?.[1];
  if (prefix !== undefined) return ({ appId }) => typeof appId === "string" && appId.startsWith(prefix);
  const [path = "", operator, value = ""] = text.split(" ");
  const [property = "", isCount] = path.split("/");
  if (isCount === "$count") {
    const size = (entity: GraphEntity) => (Array.isArray(entity[property]) ? entity[property].length : 0);
    return (entity) => (size(entity) === Number(value)) === (operator === "eq");
  }
  if (value === "null") return (entity) => (entity[property] ?? null) === null;
  if (path !== "createdDateTime") throw new Error(`not a filter of the audit: ${text}`);
  const ms = (moment: unknown) => (typeof moment === "string" ? Date.parse(moment) : Number.NaN);
  return ({ createdDateTime }) =>
    operator === "ge" ? ms(createdDateTime) >= ms(value) : ms(createdDateTime) <= ms(value);
}

function batch(directory: GraphDirectory, origin: string, body: unknown): GraphAnswer {
  const { requests } = body as { requests: { id: string; method: string; url: string }[] };
  const responses = requests.map(({ id, method, url }) => ({
    id,
    ...answerFrom(directory, origin, { method, url: `/v1.0${url}`, body: undefined }),
  }));
  return { status: 200, body: { responses } };
}

export function error(status: number, code: string, message = "No."): GraphAnswer {
  return { status, body: { error: { code, message } } };
}
