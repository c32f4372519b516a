import type { CreationContext } from "./context.ts";
import { badRequest, DirectoryError, notFound, valueRequired } from "./errors.ts";
import { servicePrincipalOf } from "./service-principals.ts";
import type { EntraState, OAuth2PermissionGrant } from "./state.ts";
import { userOf } from "./users.ts";

export interface PermissionGrantBody {
  /** Object id of the client's service principal. */
  clientId?: string;
  consentType?: string;
  /** The user who consented; for `Principal` only. */
  principalId?: string | null;
  /** Object id of the resource's service principal. */
  resourceId?: string;
  /** Scope names, separated by spaces. */
  scope?: string;
}

/**
 * Records consent to delegated permissions.
 * @throws DirectoryError when something named does not exist, or the grant exists
 * @see https://learn.microsoft.com/graph/api/oauth2permissiongrant-post
 */
export function createPermissionGrant(
  entra: EntraState,
  body: PermissionGrantBody,
  { randomness }: CreationContext,
): OAuth2PermissionGrant {
  if (body.clientId === undefined) throw valueRequired("clientId", "OAuth2PermissionGrant");
  if (body.resourceId === undefined) throw valueRequired("resourceId", "OAuth2PermissionGrant");
  const { consentType } = body;
  if (consentType !== "AllPrincipals" && consentType !== "Principal") {
    throw badRequest(
      `Invalid value specified for property 'consentType': 'AllPrincipals' and 'Principal' are allowed.`,
    );
  }
  const principalId = body.principalId ?? null;
  if ((consentType === "Principal") !== (principalId !== null)) {
    throw badRequest("principalId must be given for consentType 'Principal', and only then.");
  }
  const grant: OAuth2PermissionGrant = {
    id: randomness.uuid(),
    clientId: servicePrincipalOf(entra, body.clientId).id,
    consentType,
    principalId: principalId === null ? null : userOf(entra, principalId).id,
    resourceId: servicePrincipalOf(entra, body.resourceId).id,
    scope: body.scope ?? "",
  };
  if (findGrant(entra, grant) !== undefined) {
    throw new DirectoryError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Permission entry already exists.",
    );
  }
  entra.oauth2PermissionGrants[grant.id] = grant;
  return grant;
}

/** @see https://learn.microsoft.com/graph/api/oauth2permissiongrant-update */
export function updatePermissionGrant(entra: EntraState, id: string, scope: string): OAuth2PermissionGrant {
  const grant = permissionGrantOf(entra, id);
  grant.scope = scope;
  return grant;
}

/** @see https://learn.microsoft.com/graph/api/oauth2permissiongrant-delete */
export function deletePermissionGrant(entra: EntraState, id: string): void {
  permissionGrantOf(entra, id);
  delete entra.oauth2PermissionGrants[id];
}

/** @throws DirectoryError when there is no such grant. */
export function permissionGrantOf(entra: EntraState, id: string): OAuth2PermissionGrant {
  const grant = entra.oauth2PermissionGrants[id];
  if (grant === undefined) throw notFound(id);
  return grant;
}

/** Adds what a user consented to on the sign-in page to what they had consented to before. */
export function recordConsent(
  entra: EntraState,
  consent: { clientId: string; resourceId: string; userId: string; scopes: readonly string[] },
  context: CreationContext,
): void {
  const { clientId, resourceId, userId, scopes } = consent;
  const wanted = { clientId, resourceId, consentType: "Principal" as const, principalId: userId };
  const grant = findGrant(entra, wanted) ?? createPermissionGrant(entra, { ...wanted, scope: "" }, context);
  grant.scope = [...new Set([...scopesIn(grant), ...scopes])].join(" ");
}

/** The delegated permissions that this client may use on this resource for this user. */
export function consentedScopes(
  entra: EntraState,
  { clientId, resourceId, userId }: { clientId: string; resourceId: string; userId: string },
): string[] {
  return Object.values(entra.oauth2PermissionGrants)
    .filter(
      (grant) =>
        grant.clientId === clientId &&
        grant.resourceId === resourceId &&
        (grant.consentType === "AllPrincipals" || grant.principalId === userId),
    )
    .flatMap(scopesIn);
}

function findGrant(
  entra: EntraState,
  {
    clientId,
    resourceId,
    consentType,
    principalId,
  }: Pick<OAuth2PermissionGrant, "clientId" | "resourceId" | "consentType" | "principalId">,
): OAuth2PermissionGrant | undefined {
  return Object.values(entra.oauth2PermissionGrants).find(
    (grant) =>
      grant.clientId === clientId &&
      grant.resourceId === resourceId &&
      grant.consentType === consentType &&
      grant.principalId === principalId,
  );
}

function scopesIn({ scope }: OAuth2PermissionGrant): string[] {
  return scope.split(/\s+/).filter((name) => name !== "");
}
