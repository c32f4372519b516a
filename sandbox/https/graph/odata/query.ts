import { badRequest, DirectoryError } from "../../../entra/errors.ts";
import { Unsupported } from "../../unsupported.ts";
import { type Filter, parseFilter } from "./filter.ts";

/** What a request asks of a list, or of one entity. */
export interface Query {
  filter: Filter | undefined;
  /** Property names; undefined: all that are shown unasked. */
  select: string[] | undefined;
  top: number;
  skipToken: string | undefined;
  count: boolean;
  orderBy: { property: string; descending: boolean }[];
}

/** https://learn.microsoft.com/graph/paging: directory objects come by 100, at most 999. */
const PAGE_LENGTH = 100;
const PAGE_LENGTH_MAX = 999;

const KNOWN = ["$filter", "$select", "$top", "$skiptoken", "$count", "$orderby", "$format", "$deltatoken"];

/**
 * Reads the query options of a request.
 * @param eventual whether it says `ConsistencyLevel: eventual`, which Graph asks for with some of them
 * @throws DirectoryError when one is not as it should be; Unsupported for one that is not emulated
 * @see https://learn.microsoft.com/graph/query-parameters
 */
export function readQuery(parameters: URLSearchParams, { eventual }: { eventual: boolean }): Query {
  for (const name of parameters.keys()) {
    const option = name.startsWith("$") ? name.toLowerCase() : `$${name.toLowerCase()}`;
    if (name.startsWith("$") && !KNOWN.includes(option)) {
      throw new Unsupported(`Microsoft Graph: query option ${name}`);
    }
  }
  const filterText = parameters.get("$filter");
  const filter = filterText === null ? undefined : parseFilter(filterText);
  const count = parameters.get("$count")?.toLowerCase() === "true";
  const orderBy = orderOf(parameters.get("$orderby"));
  if (!eventual) requireNoAdvanced(filter, orderBy.length > 0);
  return {
    filter,
    select: parameters
      .get("$select")
      ?.split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    top: topOf(parameters.get("$top")),
    skipToken: parameters.get("$skiptoken") ?? undefined,
    count: count && eventual,
    orderBy,
  };
}

function topOf(text: string | null): number {
  if (text === null) return PAGE_LENGTH;
  const top = Number(text);
  if (!Number.isInteger(top) || top < 1 || top > PAGE_LENGTH_MAX) {
    throw badRequest(
      `Invalid page size specified: '${text}'. Must be between 1 and ${PAGE_LENGTH_MAX} inclusive.`,
    );
  }
  return top;
}

function orderOf(text: string | null): Query["orderBy"] {
  if (text === null) return [];
  return text.split(",").map((part) => {
    const [property = "", direction = "asc", ...more] = part.trim().split(/\s+/);
    if (property === "" || more.length > 0 || !["asc", "desc"].includes(direction)) {
      throw badRequest(`Invalid orderby clause: ${text}`);
    }
    return { property, descending: direction === "desc" };
  });
}

/** https://learn.microsoft.com/graph/aad-advanced-queries */
function requireNoAdvanced(filter: Filter | undefined, ordered: boolean): void {
  if (filter === undefined) return;
  if (ordered) throw unsupportedQuery("Sorting not supported for current query.");
  const operator = advancedOperator(filter);
  if (operator !== undefined) {
    throw unsupportedQuery(
      `Operator '${operator}' is not supported because the 'ConsistencyLevel:eventual' header is missing. Refer to https://aka.ms/graph-docs/advanced-queries for more information`,
    );
  }
}

function advancedOperator(filter: Filter): string | undefined {
  switch (filter.kind) {
    case "and":
    case "or":
      return advancedOperator(filter.left) ?? advancedOperator(filter.right);
    case "not":
      return "Not";
    case "any":
    case "all":
      return filter.condition && advancedOperator(filter.condition);
    case "compare":
      if (filter.path.includes("$count")) return "Count";
      return filter.operator === "ne" ? "NotEqualsMatch" : undefined;
    case "text":
      return { startswith: undefined, endswith: "EndsWith", contains: "Contains" }[filter.test];
    case "in":
      return undefined;
  }
}

function unsupportedQuery(message: string): DirectoryError {
  return new DirectoryError(400, "Request_UnsupportedQuery", message);
}
