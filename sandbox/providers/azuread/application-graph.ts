import type { ApplicationBody } from "../../entra/applications.ts";
import type { Application, EntraState, RequiredResourceAccess } from "../../entra/state.ts";
import type { Properties } from "../provider.ts";
import { idsByValue } from "./application-schema.ts";
import { featuresIn, tagsOfFeatures } from "./feature-tags.ts";
import { flag, type Loose, record, records, text, textOrNull, texts } from "./loose-values.ts";

/**
 * What a plan of the `Application` resource means in Graph's words
 * (https://learn.microsoft.com/graph/api/resources/application).
 */
export function applicationBody(planned: Properties): ApplicationBody {
  const { web, api, optionalClaims } = planned;
  return {
    displayName: text(planned.displayName),
    signInAudience: text(planned.signInAudience),
    requiredResourceAccess: requiredAccesses(planned.requiredResourceAccesses),
    properties: {
      api: apiBody(record(api)),
      appRoles: records(planned.appRoles).map(appRoleBody),
      description: textOrNull(planned.description),
      groupMembershipClaims: claimsBody(planned.groupMembershipClaims),
      identifierUris: texts(planned.identifierUris),
      info: infoBody(planned),
      isDeviceOnlyAuthSupported: flag(planned.deviceOnlyAuthEnabled),
      isFallbackPublicClient: flag(planned.fallbackPublicClientEnabled),
      notes: textOrNull(planned.notes),
      oauth2RequirePostResponse: flag(planned.oauth2PostResponseRequired),
      optionalClaims: {
        accessToken: records(record(optionalClaims).accessTokens).map(optionalClaimBody),
        idToken: records(record(optionalClaims).idTokens).map(optionalClaimBody),
        saml2Token: records(record(optionalClaims).saml2Tokens).map(optionalClaimBody),
      },
      publicClient: { redirectUris: texts(record(planned.publicClient).redirectUris) },
      serviceManagementReference: textOrNull(planned.serviceManagementReference),
      spa: { redirectUris: texts(record(planned.singlePageApplication).redirectUris) },
      web: webBody(record(web)),
    },
  };
}

/** The tags that a plan asks for: written out, or by their meaning. */
export function plannedTags(planned: Properties, recorded: Properties | undefined): string[] {
  const [features] = records(planned.featureTags);
  const isSaid =
    features !== undefined && JSON.stringify(planned.featureTags) !== JSON.stringify(recorded?.featureTags);
  return isSaid ? tagsOfFeatures(features) : texts(planned.tags);
}

/** Marketing, privacy, support and terms of service: the same in both resources that register applications. */
export function infoBody(planned: Properties): Loose {
  return {
    marketingUrl: textOrNull(planned.marketingUrl),
    privacyStatementUrl: textOrNull(planned.privacyStatementUrl),
    supportUrl: textOrNull(planned.supportUrl),
    termsOfServiceUrl: textOrNull(planned.termsOfServiceUrl),
  };
}

/** Graph keeps the claims as one text. */
export function claimsBody(claims: unknown): string | null {
  return textOrNull(texts(claims).join(","));
}

export function claimsIn(stored: unknown): string[] {
  return text(stored)
    .split(",")
    .map((claim) => claim.trim())
    .filter((claim) => claim !== "");
}

/** What Graph has of an application, as the outputs of the `Application` resource. */
export function applicationOutputs(entra: EntraState, application: Application): Properties {
  const { properties } = application;
  const api = record(properties.api);
  const web = record(properties.web);
  const info = record(properties.info);
  const tags = texts(properties.tags);
  const appRoles = records(properties.appRoles).map(appRoleOutputs);
  const scopes = records(api.oauth2PermissionScopes).map(scopeOutputs);
  return {
    api: {
      knownClientApplications: texts(api.knownClientApplications),
      mappedClaimsEnabled: flag(api.acceptMappedClaims),
      oauth2PermissionScopes: scopes,
      requestedAccessTokenVersion: Number(api.requestedAccessTokenVersion ?? 1),
    },
    appRoleIds: idsByValue(appRoles),
    appRoles,
    clientId: application.appId,
    description: text(properties.description),
    deviceOnlyAuthEnabled: flag(properties.isDeviceOnlyAuthSupported),
    disabledByMicrosoft: text(properties.disabledByMicrosoftStatus),
    displayName: application.displayName,
    fallbackPublicClientEnabled: flag(properties.isFallbackPublicClient),
    featureTags: [featuresIn(tags)],
    groupMembershipClaims: claimsIn(properties.groupMembershipClaims),
    identifierUris: texts(properties.identifierUris),
    logoUrl: text(info.logoUrl),
    ...infoOutputs(properties),
    notes: text(properties.notes),
    oauth2PermissionScopeIds: idsByValue(scopes),
    oauth2PostResponseRequired: flag(properties.oauth2RequirePostResponse),
    objectId: application.id,
    optionalClaims: optionalClaimsOutputs(properties.optionalClaims),
    owners: [...application.owners],
    publicClient: { redirectUris: texts(record(properties.publicClient).redirectUris) },
    publisherDomain: entra.tenant.domain,
    requiredResourceAccesses: application.requiredResourceAccess.map(({ resourceAppId, resourceAccess }) => ({
      resourceAppId,
      resourceAccesses: resourceAccess.map(({ id, type }) => ({ id, type })),
    })),
    serviceManagementReference: text(properties.serviceManagementReference),
    signInAudience: application.signInAudience,
    singlePageApplication: { redirectUris: texts(record(properties.spa).redirectUris) },
    tags,
    templateId: text(properties.applicationTemplateId),
    web: {
      homepageUrl: text(web.homePageUrl),
      implicitGrant: {
        accessTokenIssuanceEnabled: flag(record(web.implicitGrantSettings).enableAccessTokenIssuance),
        idTokenIssuanceEnabled: flag(record(web.implicitGrantSettings).enableIdTokenIssuance),
      },
      logoutUrl: text(web.logoutUrl),
      redirectUris: texts(web.redirectUris),
    },
  };
}

export function infoOutputs(properties: Loose): Record<string, string> {
  const info = record(properties.info);
  return {
    marketingUrl: text(info.marketingUrl),
    privacyStatementUrl: text(info.privacyStatementUrl),
    supportUrl: text(info.supportUrl),
    termsOfServiceUrl: text(info.termsOfServiceUrl),
  };
}

/** An app role in the provider's words; used for applications and service principals. */
export function appRoleOutputs(role: Loose) {
  return {
    id: text(role.id),
    allowedMemberTypes: texts(role.allowedMemberTypes),
    description: text(role.description),
    displayName: text(role.displayName),
    enabled: flag(role.isEnabled),
    value: text(role.value),
  };
}

/** A delegated permission in the provider's words. */
export function scopeOutputs(scope: Loose) {
  return {
    id: text(scope.id),
    adminConsentDescription: text(scope.adminConsentDescription),
    adminConsentDisplayName: text(scope.adminConsentDisplayName),
    enabled: flag(scope.isEnabled),
    type: text(scope.type),
    userConsentDescription: text(scope.userConsentDescription),
    userConsentDisplayName: text(scope.userConsentDisplayName),
    value: text(scope.value),
  };
}

function requiredAccesses(planned: unknown): RequiredResourceAccess[] {
  return records(planned).map(({ resourceAppId, resourceAccesses }) => ({
    resourceAppId: text(resourceAppId),
    resourceAccess: records(resourceAccesses).map(({ id, type }) => ({
      id: text(id),
      type: type === "Role" ? "Role" : "Scope",
    })),
  }));
}

function apiBody(api: Loose): Loose {
  return {
    acceptMappedClaims: flag(api.mappedClaimsEnabled),
    knownClientApplications: texts(api.knownClientApplications),
    oauth2PermissionScopes: records(api.oauth2PermissionScopes).map((scope) => ({
      id: text(scope.id),
      adminConsentDescription: text(scope.adminConsentDescription),
      adminConsentDisplayName: text(scope.adminConsentDisplayName),
      isEnabled: scope.enabled !== false,
      type: textOrNull(scope.type) ?? "User",
      userConsentDescription: text(scope.userConsentDescription),
      userConsentDisplayName: text(scope.userConsentDisplayName),
      value: textOrNull(scope.value),
    })),
    requestedAccessTokenVersion: Number(api.requestedAccessTokenVersion ?? 1),
  };
}

function appRoleBody(role: Loose): Loose {
  return {
    id: text(role.id),
    allowedMemberTypes: texts(role.allowedMemberTypes),
    description: text(role.description),
    displayName: text(role.displayName),
    isEnabled: role.enabled !== false,
    value: textOrNull(role.value),
  };
}

function optionalClaimBody(claim: Loose): Loose {
  return {
    name: text(claim.name),
    source: textOrNull(claim.source),
    essential: flag(claim.essential),
    additionalProperties: texts(claim.additionalProperties),
  };
}

function optionalClaimsOutputs(stored: unknown): Properties | null {
  if (stored === null || stored === undefined) return null;
  const { accessToken, idToken, saml2Token } = record(stored);
  const outputs = (claims: unknown) =>
    records(claims).map((claim) => ({
      name: text(claim.name),
      source: text(claim.source),
      essential: flag(claim.essential),
      additionalProperties: texts(claim.additionalProperties),
    }));
  return { accessTokens: outputs(accessToken), idTokens: outputs(idToken), saml2Tokens: outputs(saml2Token) };
}

function webBody(web: Loose): Loose {
  const grant = record(web.implicitGrant);
  return {
    homePageUrl: textOrNull(web.homepageUrl),
    implicitGrantSettings: {
      enableAccessTokenIssuance: flag(grant.accessTokenIssuanceEnabled),
      enableIdTokenIssuance: flag(grant.idTokenIssuanceEnabled),
    },
    logoutUrl: textOrNull(web.logoutUrl),
    redirectUris: texts(web.redirectUris),
  };
}
