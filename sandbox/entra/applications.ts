import { isoSeconds } from "../iso-time.ts";
import { applicationOf, identifierUrisOf } from "./application-lookup.ts";
import type { CreationContext } from "./context.ts";
import { forgetReferencesTo } from "./directory-objects.ts";
import { badRequest, DirectoryError, valueRequired } from "./errors.ts";
import { mergedProperties } from "./merged-properties.ts";
import { deleteServicePrincipal, servicePrincipalOfClient } from "./service-principals.ts";
import type { Application, EntraState, KeyCredential, RequiredResourceAccess } from "./state.ts";

/** What a caller may say of an application; the names are Graph's. */
export interface ApplicationBody {
  displayName?: string;
  signInAudience?: string;
  requiredResourceAccess?: RequiredResourceAccess[];
  keyCredentials?: KeyCredential[];
  /** `web`, `api`, `tags`, `notes`, `identifierUris` … */
  properties?: Record<string, unknown>;
}

const DISPLAY_NAME_LENGTH_MAX = 256;

/** https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation */
const SIGN_IN_AUDIENCES = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
];

/**
 * Registers an application.
 * @param createdBy object id of the service principal or user who asks: Graph makes a calling service
 * principal the owner of what it creates
 * @throws DirectoryError when a value is missing or not allowed
 * @see https://learn.microsoft.com/graph/api/application-post-applications
 */
export function createApplication(
  entra: EntraState,
  body: ApplicationBody & { createdBy?: string; owners?: string[] },
  { nowMs, randomness }: CreationContext,
): Application {
  if (body.displayName === undefined) throw valueRequired("displayName", "Application");
  requireAllowed(entra, body, undefined);
  const id = randomness.uuid();
  const application: Application = {
    id,
    appId: randomness.uuid(),
    displayName: body.displayName,
    createdDateTime: isoSeconds(nowMs),
    signInAudience: body.signInAudience ?? "AzureADMyOrg",
    passwordCredentials: [],
    keyCredentials: body.keyCredentials ?? [],
    federatedIdentityCredentials: [],
    owners: [...new Set([...(body.createdBy === undefined ? [] : [body.createdBy]), ...(body.owners ?? [])])],
    requiredResourceAccess: body.requiredResourceAccess ?? [],
    properties: mergedProperties({}, body.properties ?? {}),
  };
  entra.applications[id] = application;
  return application;
}

/**
 * Changes what `body` names; the rest stays.
 * @see https://learn.microsoft.com/graph/api/application-update
 */
export function updateApplication(entra: EntraState, id: string, body: ApplicationBody): Application {
  const application = applicationOf(entra, id);
  requireAllowed(entra, body, application);
  if (body.displayName !== undefined && body.displayName !== application.displayName) {
    application.displayName = body.displayName;
    const servicePrincipal = servicePrincipalOfClient(entra, application.appId);
    if (servicePrincipal !== undefined) servicePrincipal.displayName = body.displayName;
  }
  if (body.signInAudience !== undefined) application.signInAudience = body.signInAudience;
  if (body.requiredResourceAccess !== undefined) {
    application.requiredResourceAccess = body.requiredResourceAccess;
  }
  if (body.keyCredentials !== undefined) application.keyCredentials = body.keyCredentials;
  application.properties = mergedProperties(application.properties, body.properties ?? {});
  return application;
}

/**
 * Moves an application, and with it its service principal, to the deleted items.
 * @see https://learn.microsoft.com/graph/api/application-delete
 */
export function deleteApplication(entra: EntraState, id: string, nowMs: number): void {
  const application = applicationOf(entra, id);
  const servicePrincipal = servicePrincipalOfClient(entra, application.appId);
  if (servicePrincipal !== undefined) deleteServicePrincipal(entra, servicePrincipal.id, nowMs);
  delete entra.applications[application.id];
  entra.deletedItems[application.id] = {
    kind: "application",
    deletedDateTime: isoSeconds(nowMs),
    object: structuredCloneOf(application),
  };
  forgetReferencesTo(entra, application.id);
}

function requireAllowed(entra: EntraState, body: ApplicationBody, itself: Application | undefined): void {
  const { displayName, signInAudience } = body;
  if (displayName !== undefined) {
    if (displayName.trim() === "") throw valueRequired("displayName", "Application");
    if (displayName.length > DISPLAY_NAME_LENGTH_MAX) {
      throw badRequest(
        `Property displayName has ${displayName.length} characters; at most ${DISPLAY_NAME_LENGTH_MAX} are allowed.`,
      );
    }
  }
  if (signInAudience !== undefined && !SIGN_IN_AUDIENCES.includes(signInAudience)) {
    throw badRequest(`Invalid value specified for property 'signInAudience' of resource 'Application'.`);
  }
  const uris = body.properties?.identifierUris;
  const taken = Array.isArray(uris)
    ? Object.values(entra.applications)
        .filter((other) => other.id !== itself?.id)
        .flatMap(identifierUrisOf)
        .find((uri) => uris.includes(uri))
    : undefined;
  if (taken !== undefined) {
    throw new DirectoryError(
      400,
      "Request_BadRequest",
      "Another object with the same value for property identifierUris already exists.",
    );
  }
}

function structuredCloneOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
