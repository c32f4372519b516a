import type { Schema } from "../bridge/schema.ts";
import { httpUrl, lengthBetween, notEmpty, oneOf, uuid } from "../bridge/validations.ts";
import { featureTags } from "./application-schema.ts";
import { text } from "./loose-values.ts";

const publishedRole: Schema = {
  allowedMemberTypes: { type: "list", use: "output", of: { type: "string" } },
  description: { type: "string", use: "output" },
  displayName: { type: "string", use: "output" },
  enabled: { type: "bool", use: "output" },
  id: { type: "string", use: "output" },
  value: { type: "string", use: "output" },
};

const publishedScope: Schema = {
  adminConsentDescription: { type: "string", use: "output" },
  adminConsentDisplayName: { type: "string", use: "output" },
  enabled: { type: "bool", use: "output" },
  id: { type: "string", use: "output" },
  type: { type: "string", use: "output" },
  userConsentDescription: { type: "string", use: "output" },
  userConsentDisplayName: { type: "string", use: "output" },
  value: { type: "string", use: "output" },
};

/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipal/ */
export const servicePrincipalSchema: Schema = {
  accountEnabled: { type: "bool", use: "optional", default: true },
  alternativeNames: { type: "set", use: "optional", of: { type: "string", validate: notEmpty } },
  appRoleAssignmentRequired: { type: "bool", use: "optional" },
  appRoleIds: { type: "map", use: "output" },
  appRoles: { type: "list", use: "output", of: { type: "block", fields: publishedRole } },
  applicationTenantId: { type: "string", use: "output" },
  clientId: { type: "string", use: "required", forceNew: true, validate: uuid },
  description: { type: "string", use: "optional", validate: lengthBetween(0, 1024) },
  displayName: { type: "string", use: "output" },
  featureTags: {
    type: "list",
    use: "optionalComputed",
    conflictsWith: ["features", "tags"],
    of: { type: "block", fields: featureTags },
  },
  features: {
    type: "list",
    use: "optionalComputed",
    conflictsWith: ["featureTags", "tags"],
    deprecated: "use featureTags.",
    of: {
      type: "block",
      fields: {
        customSingleSignOnApp: { type: "bool", use: "optional" },
        enterpriseApplication: { type: "bool", use: "optional" },
        galleryApplication: { type: "bool", use: "optional" },
        visibleToUsers: { type: "bool", use: "optional", default: true },
      },
    },
  },
  homepageUrl: { type: "string", use: "output" },
  loginUrl: { type: "string", use: "optional", validate: httpUrl },
  logoutUrl: { type: "string", use: "output" },
  notes: { type: "string", use: "optional", validate: lengthBetween(0, 1024) },
  notificationEmailAddresses: { type: "set", use: "optional", of: { type: "string", validate: notEmpty } },
  oauth2PermissionScopeIds: { type: "map", use: "output" },
  oauth2PermissionScopes: { type: "list", use: "output", of: { type: "block", fields: publishedScope } },
  objectId: { type: "string", use: "output" },
  owners: { type: "set", use: "optional", of: { type: "string", validate: uuid } },
  preferredSingleSignOnMode: {
    type: "string",
    use: "optional",
    validate: oneOf("", "notSupported", "oidc", "password", "saml"),
  },
  redirectUris: { type: "list", use: "output", of: { type: "string" } },
  samlMetadataUrl: { type: "string", use: "output" },
  samlSingleSignOn: {
    type: "block",
    use: "optional",
    fields: { relayState: { type: "string", use: "optional", validate: notEmpty } },
    saysNothing: ({ relayState }) => text(relayState) === "",
  },
  servicePrincipalNames: { type: "list", use: "output", of: { type: "string" } },
  signInAudience: { type: "string", use: "output" },
  tags: {
    type: "set",
    use: "optionalComputed",
    conflictsWith: ["features", "featureTags"],
    of: { type: "string" },
  },
  type: { type: "string", use: "output" },
  useExisting: { type: "bool", use: "optional" },
};
