import { isAllowed, ROLE_ASSIGNMENT_TYPE } from "../../arm/rbac.ts";
import { isWithin } from "../../arm/resource-id.ts";
import type { ProjectedType } from "../../arm/resource-types.ts";
import { viewOf } from "../../arm/resources.ts";
import { RESOURCE_TYPES } from "../../arm/services/index.ts";
import type { ArmResource } from "../../arm/state.ts";
import type { State } from "../../state.ts";
import { parseFilter } from "../graph/odata/filter.ts";
import { matchesFilter } from "../graph/odata/matches-filter.ts";
import { Unsupported } from "../unsupported.ts";

/** A path that names a list of resources. */
export interface ListedCollection {
  /** What they are within. */
  scope: string;
  /** Their type; undefined: every type. */
  type: string | undefined;
}

const GROUP_TYPE = "Microsoft.Resources/resourceGroups";
const IN_SUBSCRIPTION = /^(\/subscriptions\/[^/]+)\/resourceGroups$/i;
const RESOURCES = /^(\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?)\/resources$/i;

/** The list that a path names; undefined when it names a resource, or nothing. */
export function collectionAt(path: string): ListedCollection | undefined {
  const plain = path.replace(/\/$/, "");
  const groupsOf = IN_SUBSCRIPTION.exec(plain)?.[1];
  if (groupsOf !== undefined) return { scope: groupsOf, type: GROUP_TYPE };
  const resourcesOf = RESOURCES.exec(plain)?.[1];
  if (resourcesOf !== undefined) return { scope: resourcesOf, type: undefined };
  const at = plain.toLowerCase().lastIndexOf("/providers/");
  if (at < 0) return undefined;
  const [namespace, ...rest] = plain.slice(at + "/providers/".length).split("/");
  if (namespace === undefined || rest.length % 2 === 0) return undefined;
  const types = rest.filter((_, index) => index % 2 === 0);
  const parents = rest.slice(0, -1);
  const scope = parents.length === 0 ? plain.slice(0, at) : plain.slice(0, plain.lastIndexOf("/"));
  return { scope, type: [namespace, ...types].join("/") };
}

/**
 * The resources of a list that the caller may read, as Resource Manager returns them.
 * @param filter `$filter`, over the resources and their properties
 */
export function listedResources(
  state: State,
  principalId: string,
  { scope, type }: ListedCollection,
  filter: string | null,
  vaultUri: (vaultName: string) => string,
): object[] {
  const projected = type === undefined ? undefined : projectedType(type);
  const condition = filter === null ? undefined : parseFilter(filter);
  const views =
    projected?.listIn(state, scope, vaultUri) ??
    Object.values(state.arm.resources)
      .filter((resource) => isListed(resource, scope, type))
      .map(viewOf);
  return views
    .filter(({ id, type: own }) => isAllowed(state, { principalId, scope: id, action: `${own}/read` }))
    .filter((view) => condition === undefined || matchesFilter({ ...view.properties, ...view }, condition));
}

function isListed(resource: ArmResource, scope: string, type: string | undefined): boolean {
  if (type === undefined) return resource.location !== null && isBelow(resource, scope);
  if (resource.type.toLowerCase() !== type.toLowerCase()) return false;
  // A role assignment is shown wherever it counts: at its scope, below it, and at what contains it.
  const countsThere =
    resource.type === ROLE_ASSIGNMENT_TYPE && isWithin(scope, String(resource.properties.scope));
  return countsThere || isBelow(resource, scope);
}

function isBelow({ id, type }: ArmResource, scope: string): boolean {
  return type !== GROUP_TYPE || !isWithin(scope, id) ? isWithin(id, scope) : false;
}

/** The type, if its resources are kept by another service; undefined if Resource Manager keeps them. */
function projectedType(type: string): ProjectedType | undefined {
  const known = RESOURCE_TYPES.find((each) => each.type.toLowerCase() === type.toLowerCase());
  if (known === undefined) throw new Unsupported(`Azure Resource Manager: a list of ${type}`);
  return known.kind === "projected" ? known : undefined;
}
