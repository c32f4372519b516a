import { permissionScopesOf } from "../../entra/published-permissions.ts";
import type { EntraState, ServicePrincipal } from "../../entra/state.ts";
import type { Addresses } from "../services.ts";
import { resourceNamed } from "./resources.ts";
import { signInErrors } from "./sign-in-errors.ts";

/** What a client asks to be allowed. */
export interface RequestedScopes {
  /** `openid`, `profile`, `email`, `offline_access`. */
  openId: string[];
  resource: ServicePrincipal;
  /** The resource by the name that was used: the token's audience. */
  audience: string;
  /** Permissions of the resource by name; `.default` stands for all that were agreed to. */
  permissions: string[];
}

/** The resource of a scope that names none. */
const GRAPH = "https://graph.microsoft.com";
const OPEN_ID_SCOPES = ["openid", "profile", "email", "offline_access"];
export const DEFAULT_SCOPE = ".default";

/** `https://graph.microsoft.com/Mail.Send openid` and the like. */
export function requestedScopes(entra: EntraState, text: string, addresses: Addresses): RequestedScopes {
  const scopes = text.split(/\s+/).filter((scope) => scope !== "");
  const openId = scopes.filter((scope) => OPEN_ID_SCOPES.includes(scope.toLowerCase()));
  const others = scopes.filter((scope) => !openId.includes(scope)).map(partsOf);
  const audience = others[0]?.resource ?? GRAPH;
  if (others.some(({ resource }) => resource !== audience)) throw signInErrors.scopeOfSeveralResources(text);
  const resource = resourceNamed(entra, audience, addresses);
  if (resource === undefined) throw signInErrors.resourceUnknown(audience, entra.tenant.displayName);
  const known = permissionScopesOf(entra, resource).map(({ value }) => value.toLowerCase());
  for (const { permission, scope } of others) {
    if (permission !== DEFAULT_SCOPE && !known.includes(permission.toLowerCase())) {
      throw signInErrors.scopeInvalid(scope);
    }
  }
  return { openId, resource, audience, permissions: others.map(({ permission }) => permission) };
}

/** The resource of a scope and the permission; a scope without a resource is Graph's. */
function partsOf(scope: string): { scope: string; resource: string; permission: string } {
  const at = scope.lastIndexOf("/");
  if (at < 0) return { scope, resource: GRAPH, permission: scope };
  return { scope, resource: scope.slice(0, at), permission: scope.slice(at + 1) };
}
