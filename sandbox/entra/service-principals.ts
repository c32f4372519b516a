import { isoSeconds } from "../iso-time.ts";
import { applicationOfClient } from "./application-lookup.ts";
import { withClientId } from "./client-id-index.ts";
import type { CreationContext } from "./context.ts";
import { forgetReferencesTo } from "./directory-objects.ts";
import { DirectoryError, notFound, valueRequired } from "./errors.ts";
import { mergedProperties } from "./merged-properties.ts";
import type { EntraState, KeyCredential, ServicePrincipal } from "./state.ts";
import { publishedApplications } from "./well-known/service-principals.ts";

/** What a caller may say of a service principal; the names are Graph's. */
export interface ServicePrincipalBody {
  appId?: string;
  accountEnabled?: boolean;
  keyCredentials?: KeyCredential[];
  /** `tags`, `notes`, `appRoleAssignmentRequired`, `loginUrl` … */
  properties?: Record<string, unknown>;
}

/**
 * Makes the service principal of an application.
 * @param createdBy object id of the service principal or user who asks, who becomes an owner
 * @throws DirectoryError when the application does not exist, or has a service principal already
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals
 */
export function createServicePrincipal(
  entra: EntraState,
  body: ServicePrincipalBody & { createdBy?: string; owners?: string[] },
  { nowMs, randomness }: CreationContext,
): ServicePrincipal {
  const appId = body.appId?.toLowerCase();
  if (appId === undefined) throw valueRequired("appId", "ServicePrincipal");
  if (servicePrincipalOfClient(entra, appId) !== undefined) {
    throw new DirectoryError(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    );
  }
  const application = applicationOfClient(entra, appId);
  const displayName = application?.displayName ?? publishedApplications.get(appId)?.displayName;
  if (displayName === undefined) {
    throw new DirectoryError(
      400,
      "NoBackingApplicationObject",
      `The appId '${appId}' of the service principal does not reference a valid application object.`,
    );
  }
  const id = randomness.uuid();
  const servicePrincipal: ServicePrincipal = {
    id,
    appId,
    displayName,
    accountEnabled: body.accountEnabled ?? true,
    createdDateTime: isoSeconds(nowMs),
    passwordCredentials: [],
    keyCredentials: body.keyCredentials ?? [],
    owners: [...new Set([...(body.createdBy === undefined ? [] : [body.createdBy]), ...(body.owners ?? [])])],
    properties: mergedProperties({}, body.properties ?? {}),
  };
  entra.servicePrincipals[id] = servicePrincipal;
  return servicePrincipal;
}

/** @see https://learn.microsoft.com/graph/api/serviceprincipal-update */
export function updateServicePrincipal(
  entra: EntraState,
  id: string,
  body: Omit<ServicePrincipalBody, "appId">,
): ServicePrincipal {
  const servicePrincipal = servicePrincipalOf(entra, id);
  if (body.accountEnabled !== undefined) servicePrincipal.accountEnabled = body.accountEnabled;
  if (body.keyCredentials !== undefined) servicePrincipal.keyCredentials = body.keyCredentials;
  servicePrincipal.properties = mergedProperties(servicePrincipal.properties, body.properties ?? {});
  return servicePrincipal;
}

/** @see https://learn.microsoft.com/graph/api/serviceprincipal-delete */
export function deleteServicePrincipal(entra: EntraState, id: string, nowMs: number): void {
  const servicePrincipal = servicePrincipalOf(entra, id);
  delete entra.servicePrincipals[servicePrincipal.id];
  entra.deletedItems[servicePrincipal.id] = {
    kind: "servicePrincipal",
    deletedDateTime: isoSeconds(nowMs),
    object: JSON.parse(JSON.stringify(servicePrincipal)) as ServicePrincipal,
  };
  forgetReferencesTo(entra, servicePrincipal.id);
}

/** @throws DirectoryError when no service principal has this object id. */
export function servicePrincipalOf(entra: EntraState, id: string): ServicePrincipal {
  const servicePrincipal = entra.servicePrincipals[id.toLowerCase()];
  if (servicePrincipal === undefined) throw notFound(id);
  return servicePrincipal;
}

/** The service principal of the application with this client id. */
export function servicePrincipalOfClient(entra: EntraState, appId: string): ServicePrincipal | undefined {
  return withClientId(entra.servicePrincipals, appId);
}
