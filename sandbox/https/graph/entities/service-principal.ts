import { applicationOfClient } from "../../../entra/application-lookup.ts";
import { mergedProperties } from "../../../entra/merged-properties.ts";
import {
  appRolesOf,
  permissionScopesOf,
  servicePrincipalNamesOf,
} from "../../../entra/published-permissions.ts";
import type { EntraState, ServicePrincipal } from "../../../entra/state.ts";
import type { Entity } from "../odata/list.ts";
import { applicationEntity } from "./application.ts";
import { keyCredentialJson, passwordCredentialJson } from "./credentials.ts";

/** What Graph shows of a property that nobody has set. */
const UNSET = {
  deletedDateTime: null,
  alternativeNames: [],
  appDescription: null,
  applicationTemplateId: null,
  appRoleAssignmentRequired: false,
  description: null,
  disabledByMicrosoftStatus: null,
  loginUrl: null,
  notes: null,
  notificationEmailAddresses: [],
  preferredSingleSignOnMode: null,
  preferredTokenSigningKeyThumbprint: null,
  servicePrincipalType: "Application",
  tags: [],
  tokenEncryptionKeyId: null,
  samlSingleSignOnSettings: null,
  addIns: [],
  resourceSpecificApplicationPermissions: [],
};

const FURTHER = ["appId", "accountEnabled", "displayName", "keyCredentials"];
const BETA_ONLY = { samlMetadataUrl: null };

/** Whether a service principal has such a property, and a caller may set it. */
export function isServicePrincipalProperty(name: string): boolean {
  return name in UNSET || name in BETA_ONLY || FURTHER.includes(name);
}

/** @see https://learn.microsoft.com/graph/api/resources/serviceprincipal */
export function servicePrincipalEntity(
  entra: EntraState,
  principal: ServicePrincipal,
  { beta, withKeys = false }: { beta: boolean; withKeys?: boolean },
): Entity {
  const application = applicationOfClient(entra, principal.appId);
  const shown = application === undefined ? undefined : applicationEntity(entra, application, { beta });
  const web = shown?.web as { homePageUrl: unknown; logoutUrl: unknown; redirectUris: unknown } | undefined;
  return {
    id: principal.id,
    accountEnabled: principal.accountEnabled,
    appDisplayName: principal.displayName,
    appId: principal.appId,
    appOwnerOrganizationId: entra.tenant.id,
    createdDateTime: principal.createdDateTime,
    displayName: principal.displayName,
    homepage: web?.homePageUrl ?? null,
    logoutUrl: web?.logoutUrl ?? null,
    replyUrls: web?.redirectUris ?? [],
    info: shown?.info ?? null,
    signInAudience: application?.signInAudience ?? null,
    servicePrincipalNames: servicePrincipalNamesOf(entra, principal),
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    ...(beta ? BETA_ONLY : {}),
    ...mergedProperties(UNSET, principal.properties),
    appRoles: appRolesOf(entra, principal),
    keyCredentials: principal.keyCredentials.map((each) => keyCredentialJson(each, { withKeys })),
    oauth2PermissionScopes: permissionScopesOf(entra, principal),
    passwordCredentials: principal.passwordCredentials.map((each) => passwordCredentialJson(each)),
  };
}
