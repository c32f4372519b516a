/** What an id of Azure Resource Manager says of its resource. Ids are not case-sensitive. */
export interface ResourceId {
  /** As given, with a leading slash and no trailing one. */
  id: string;
  /** E.g. `Microsoft.KeyVault/vaults/secrets`; `Microsoft.Resources/resourceGroups`. */
  type: string;
  name: string;
  /** Undefined for a resource of the tenant. */
  subscriptionId: string | undefined;
  /** Undefined for a resource outside of resource groups. */
  resourceGroup: string | undefined;
  /** The resource in whose path it is nested (`…/vaults/v` of `…/vaults/v/secrets/s`). */
  parent: string | undefined;
  /** What an extension resource extends: the part before its last `/providers/`. */
  scope: string;
}

/** The key of `state.arm.resources`. */
export function resourceKey(id: string): string {
  return normalised(id).toLowerCase();
}

/** Whether `inner` is `outer`, or lies within it. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [resourceKey(inner), resourceKey(outer)];
  return b === "/" || a === b || a.startsWith(`${b}/`);
}

/** @throws RangeError when `text` is no resource id. */
export function parseResourceId(text: string): ResourceId {
  const id = normalised(text);
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(id)?.[1];
  const resourceGroup = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  const common = { id, subscriptionId, resourceGroup };
  const at = id.toLowerCase().lastIndexOf("/providers/");
  if (at < 0) {
    if (resourceGroup !== undefined && id.split("/").length === 5) {
      return {
        ...common,
        type: "Microsoft.Resources/resourceGroups",
        name: resourceGroup,
        parent: undefined,
        scope: id.slice(0, id.toLowerCase().indexOf("/resourcegroups/")),
      };
    }
    if (subscriptionId !== undefined && id.split("/").length === 3) {
      return {
        ...common,
        type: "Microsoft.Resources/subscriptions",
        name: subscriptionId,
        parent: undefined,
        scope: "/",
      };
    }
    throw new RangeError(`not a resource id: ${text}`);
  }
  const [namespace, ...rest] = id.slice(at + "/providers/".length).split("/");
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  const name = names.at(-1);
  if (!namespace || name === undefined || name === "" || types.length !== names.length) {
    throw new RangeError(`not a resource id: ${text}`);
  }
  return {
    ...common,
    type: [namespace, ...types].join("/"),
    name,
    parent: names.length > 1 ? id.split("/").slice(0, -2).join("/") : undefined,
    scope: id.slice(0, at) || "/",
  };
}

function normalised(id: string): string {
  return `/${id.replace(/^\/+|\/+$/g, "")}`;
}
