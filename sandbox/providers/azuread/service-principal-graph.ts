import { applicationOfClient } from "../../entra/application-lookup.ts";
import {
  appRolesOf,
  permissionScopesOf,
  servicePrincipalNamesOf,
} from "../../entra/published-permissions.ts";
import type { ServicePrincipalBody } from "../../entra/service-principals.ts";
import type { EntraState, ServicePrincipal } from "../../entra/state.ts";
import type { Properties } from "../provider.ts";
import { appRoleOutputs, scopeOutputs } from "./application-graph.ts";
import { idsByValue } from "./application-schema.ts";
import { featuresIn, oldFeaturesIn, tagsOfFeatures, tagsOfOldFeatures } from "./feature-tags.ts";
import { flag, record, records, text, textOrNull, texts } from "./loose-values.ts";

/**
 * What a plan of the `ServicePrincipal` resource means in Graph's words
 * (https://learn.microsoft.com/graph/api/resources/serviceprincipal).
 */
export function servicePrincipalBody(
  planned: Properties,
  recorded: Properties | undefined,
): Omit<ServicePrincipalBody, "appId"> {
  return {
    accountEnabled: planned.accountEnabled !== false,
    properties: {
      alternativeNames: texts(planned.alternativeNames),
      appRoleAssignmentRequired: flag(planned.appRoleAssignmentRequired),
      description: textOrNull(planned.description),
      loginUrl: textOrNull(planned.loginUrl),
      notes: textOrNull(planned.notes),
      notificationEmailAddresses: texts(planned.notificationEmailAddresses),
      preferredSingleSignOnMode: textOrNull(planned.preferredSingleSignOnMode),
      samlSingleSignOnSettings: { relayState: textOrNull(record(planned.samlSingleSignOn).relayState) },
      tags: plannedTags(planned, recorded),
    },
  };
}

/** What Graph has of a service principal, as the outputs of the `ServicePrincipal` resource. */
export function servicePrincipalOutputs(entra: EntraState, servicePrincipal: ServicePrincipal): Properties {
  const { properties, appId } = servicePrincipal;
  const application = applicationOfClient(entra, appId);
  const web = record(application?.properties.web);
  const tags = texts(properties.tags);
  const appRoles = appRolesOf(entra, servicePrincipal).map((role) => appRoleOutputs({ ...role }));
  const scopes = permissionScopesOf(entra, servicePrincipal).map((scope) => scopeOutputs({ ...scope }));
  return {
    accountEnabled: servicePrincipal.accountEnabled,
    alternativeNames: texts(properties.alternativeNames),
    appRoleAssignmentRequired: flag(properties.appRoleAssignmentRequired),
    appRoleIds: idsByValue(appRoles),
    appRoles,
    applicationTenantId: text(properties.appOwnerOrganizationId) || entra.tenant.id,
    clientId: appId,
    description: text(properties.description),
    displayName: servicePrincipal.displayName,
    featureTags: [featuresIn(tags)],
    features: [oldFeaturesIn(tags)],
    homepageUrl: text(web.homePageUrl),
    loginUrl: text(properties.loginUrl),
    logoutUrl: text(web.logoutUrl),
    notes: text(properties.notes),
    notificationEmailAddresses: texts(properties.notificationEmailAddresses),
    oauth2PermissionScopeIds: idsByValue(scopes),
    oauth2PermissionScopes: scopes,
    objectId: servicePrincipal.id,
    owners: [...servicePrincipal.owners],
    preferredSingleSignOnMode: text(properties.preferredSingleSignOnMode),
    redirectUris: texts(web.redirectUris),
    samlMetadataUrl: text(properties.samlMetadataUrl),
    samlSingleSignOn: { relayState: text(record(properties.samlSingleSignOnSettings).relayState) },
    servicePrincipalNames: servicePrincipalNamesOf(entra, servicePrincipal).filter((name) => name !== appId),
    signInAudience: application?.signInAudience ?? "AzureADMultipleOrgs",
    tags,
    type: text(properties.servicePrincipalType) || "Application",
  };
}

function plannedTags(planned: Properties, recorded: Properties | undefined): string[] {
  const isSaid = (name: string) =>
    records(planned[name]).length > 0 && JSON.stringify(planned[name]) !== JSON.stringify(recorded?.[name]);
  if (isSaid("featureTags")) return tagsOfFeatures(records(planned.featureTags)[0]);
  if (isSaid("features")) return tagsOfOldFeatures(records(planned.features)[0]);
  return texts(planned.tags);
}
