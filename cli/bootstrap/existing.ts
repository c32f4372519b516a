import pLimit from "p-limit";
import type { DeclaredResource } from "../../infra/identity/declared-resources.ts";
import type { Azure } from "./azure.ts";

/** A declared resource that is there already. */
export interface ExistingResource {
  resource: DeclaredResource;
  /** The id by which Pulumi's provider knows it. */
  id: string;
}

/** How many questions are under way at once. */
const CONCURRENCY = 8;

/** Looks for everything that is declared: Azure itself is what remembers an earlier run. */
export async function findExisting(
  declared: readonly DeclaredResource[],
  azure: Azure,
): Promise<ExistingResource[]> {
  const limit = pLimit(CONCURRENCY);
  const principals = new Map<string, Promise<string | undefined>>();
  const principalOf = (identityId: string) => {
    const asked =
      principals.get(identityId) ??
      limit(async () => {
        const identity = await azure.resource(identityId, "2023-01-31");
        return identity === undefined ? undefined : String(identity.properties.principalId);
      });
    principals.set(identityId, asked);
    return asked;
  };
  const found = await Promise.all(
    declared.map(async (resource): Promise<ExistingResource[]> => {
      if (resource.found.kind === "arm") {
        const { id, apiVersion } = resource.found;
        const there = await limit(() => azure.resource(id, apiVersion));
        return there === undefined ? [] : [{ resource, id }];
      }
      const { identityId, permission } = resource.found;
      const principalId = await principalOf(identityId);
      if (principalId === undefined) return [];
      const grants = await limit(() => azure.graphGrants(principalId));
      const grant = grants.find(({ appRoleId }) => appRoleId.toLowerCase() === permission.id);
      return grant === undefined
        ? []
        : [{ resource, id: `/servicePrincipals/${grant.resourceId}/appRoleAssignedTo/${grant.id}` }];
    }),
  );
  return found.flat();
}
