import { mergedProperties } from "../../../entra/merged-properties.ts";
import type { Application, EntraState } from "../../../entra/state.ts";
import type { Entity } from "../odata/list.ts";
import { keyCredentialJson, passwordCredentialJson } from "./credentials.ts";

/** What Graph shows of a property that nobody has set. */
const UNSET = {
  deletedDateTime: null,
  applicationTemplateId: null,
  disabledByMicrosoftStatus: null,
  description: null,
  groupMembershipClaims: null,
  identifierUris: [],
  isDeviceOnlyAuthSupported: null,
  isFallbackPublicClient: null,
  notes: null,
  serviceManagementReference: null,
  tags: [],
  tokenEncryptionKeyId: null,
  samlMetadataUrl: null,
  defaultRedirectUri: null,
  certification: null,
  optionalClaims: null,
  servicePrincipalLockConfiguration: null,
  requestSignatureVerification: null,
  uniqueName: null,
  addIns: [],
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  appRoles: [],
  info: {
    logoUrl: null,
    marketingUrl: null,
    privacyStatementUrl: null,
    supportUrl: null,
    termsOfServiceUrl: null,
  },
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  publicClient: { redirectUris: [] },
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    redirectUriSettings: [],
  },
  spa: { redirectUris: [] },
};

/** What a caller may set that is not listed above. */
const FURTHER = ["displayName", "signInAudience", "requiredResourceAccess", "keyCredentials"];

/** Only the beta version knows it. */
const BETA_ONLY = { oauth2RequirePostResponse: false };

/** Whether an application has such a property, and a caller may set it. */
export function isApplicationProperty(name: string): boolean {
  return name in UNSET || name in BETA_ONLY || FURTHER.includes(name);
}

/** @see https://learn.microsoft.com/graph/api/resources/application */
export function applicationEntity(
  { tenant }: EntraState,
  application: Application,
  { beta, withKeys = false }: { beta: boolean; withKeys?: boolean },
): Entity {
  const { oauth2RequirePostResponse = false, ...properties } = application.properties;
  return {
    id: application.id,
    appId: application.appId,
    createdDateTime: application.createdDateTime,
    displayName: application.displayName,
    publisherDomain: tenant.domain,
    signInAudience: application.signInAudience,
    ...mergedProperties(UNSET, properties),
    ...(beta ? { oauth2RequirePostResponse } : {}),
    keyCredentials: application.keyCredentials.map((each) => keyCredentialJson(each, { withKeys })),
    passwordCredentials: application.passwordCredentials.map((each) => passwordCredentialJson(each)),
    requiredResourceAccess: application.requiredResourceAccess,
  };
}
