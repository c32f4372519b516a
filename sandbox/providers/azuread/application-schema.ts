import type { Property, Schema } from "../bridge/schema.ts";
import {
  base64,
  httpUrl,
  integerBetweenBounds,
  lengthBetween,
  logoutUrl,
  notEmpty,
  oneOf,
  redirectUri,
  rfc3339,
  uuid,
} from "../bridge/validations.ts";
import { flag, record, records, text, texts } from "./loose-values.ts";

export const signInAudience = oneOf(
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
);

export const groupMembershipClaim = oneOf(
  "All",
  "None",
  "ApplicationGroup",
  "DirectoryRole",
  "SecurityGroup",
);

const CLAIM_LENGTH_MAX = 249;

/** https://learn.microsoft.com/graph/api/resources/approle, `value` */
function claimValue(value: string): string | undefined {
  if (value.length > CLAIM_LENGTH_MAX) return `must have at most ${CLAIM_LENGTH_MAX} characters`;
  if (value.startsWith(".")) return "must not begin with a period";
  return /^[A-Za-z0-9:!#$%&'()*+,./;<=>?@[\]^_`{|}~-]*$/.test(value)
    ? undefined
    : "must hold only letters, digits and !#$%&'()*+,-./:;<=>?@[]^_`{|}~";
}

const permissionScope: Schema = {
  id: { type: "string", use: "required", validate: uuid },
  adminConsentDescription: { type: "string", use: "optional", validate: notEmpty },
  adminConsentDisplayName: { type: "string", use: "optional", validate: notEmpty },
  enabled: { type: "bool", use: "optional", default: true },
  type: { type: "string", use: "optional", default: "User", validate: oneOf("Admin", "User") },
  userConsentDescription: { type: "string", use: "optional", validate: notEmpty },
  userConsentDisplayName: { type: "string", use: "optional", validate: notEmpty },
  value: { type: "string", use: "optional", validate: claimValue },
};

const appRole: Schema = {
  id: { type: "string", use: "required", validate: uuid },
  allowedMemberTypes: {
    type: "set",
    use: "required",
    of: { type: "string", validate: oneOf("Application", "User") },
    minItems: 1,
  },
  description: { type: "string", use: "required", validate: notEmpty },
  displayName: { type: "string", use: "required", validate: notEmpty },
  enabled: { type: "bool", use: "optional", default: true },
  value: { type: "string", use: "optional", validate: claimValue },
};

const optionalClaims: Property = {
  type: "list",
  use: "optional",
  of: {
    type: "block",
    fields: {
      name: { type: "string", use: "required" },
      source: { type: "string", use: "optional", validate: oneOf("user") },
      essential: { type: "bool", use: "optional", default: false },
      additionalProperties: {
        type: "list",
        use: "optional",
        of: {
          type: "string",
          validate: oneOf(
            "cloud_displayname",
            "dns_domain_and_sam_account_name",
            "emit_as_roles",
            "include_externally_authenticated_upn_without_hash",
            "include_externally_authenticated_upn",
            "max_size_limit",
            "netbios_domain_and_sam_account_name",
            "on_premise_security_identifier",
            "sam_account_name",
            "use_guid",
          ),
        },
      },
    },
  },
};

export const featureTags: Schema = {
  customSingleSignOn: { type: "bool", use: "optional" },
  enterprise: { type: "bool", use: "optional" },
  gallery: { type: "bool", use: "optional" },
  hide: { type: "bool", use: "optional" },
};

const REDIRECT_URIS_MAX = 256;
const OWNERS_MAX = 100;

/** https://www.pulumi.com/registry/packages/azuread/api-docs/application/ */
export const applicationSchema: Schema = {
  api: {
    type: "block",
    use: "optional",
    fields: {
      knownClientApplications: { type: "set", use: "optional", of: { type: "string", validate: uuid } },
      mappedClaimsEnabled: { type: "bool", use: "optional" },
      oauth2PermissionScopes: {
        type: "set",
        use: "optional",
        of: { type: "block", fields: permissionScope },
      },
      requestedAccessTokenVersion: {
        type: "int",
        use: "optional",
        default: 1,
        validate: integerBetweenBounds(1, 2),
      },
    },
    saysNothing: (api) =>
      texts(api.knownClientApplications).length === 0 &&
      !flag(api.mappedClaimsEnabled) &&
      records(api.oauth2PermissionScopes).length === 0 &&
      !(Number(api.requestedAccessTokenVersion) > 1),
  },
  appRoleIds: { type: "map", use: "output" },
  appRoles: { type: "set", use: "optional", of: { type: "block", fields: appRole } },
  clientId: { type: "string", use: "output" },
  description: { type: "string", use: "optional", validate: lengthBetween(0, 1024) },
  deviceOnlyAuthEnabled: { type: "bool", use: "optional" },
  disabledByMicrosoft: { type: "string", use: "output" },
  displayName: { type: "string", use: "required", validate: notEmpty },
  fallbackPublicClientEnabled: { type: "bool", use: "optional" },
  featureTags: {
    type: "list",
    use: "optionalComputed",
    conflictsWith: ["tags"],
    of: { type: "block", fields: featureTags },
  },
  groupMembershipClaims: {
    type: "set",
    use: "optional",
    of: { type: "string", validate: groupMembershipClaim },
  },
  identifierUris: { type: "set", use: "optional", of: { type: "string", validate: notEmpty } },
  logoImage: { type: "string", use: "optional", validate: base64 },
  logoUrl: { type: "string", use: "output" },
  marketingUrl: { type: "string", use: "optional" },
  notes: { type: "string", use: "optional", validate: notEmpty },
  oauth2PermissionScopeIds: { type: "map", use: "output" },
  oauth2PostResponseRequired: { type: "bool", use: "optional" },
  objectId: { type: "string", use: "output" },
  optionalClaims: {
    type: "block",
    use: "optional",
    fields: { accessTokens: optionalClaims, idTokens: optionalClaims, saml2Tokens: optionalClaims },
    saysNothing: ({ accessTokens, idTokens, saml2Tokens }) =>
      [accessTokens, idTokens, saml2Tokens].every((claims) => records(claims).length === 0),
  },
  owners: { type: "set", use: "optional", of: { type: "string", validate: uuid }, maxItems: OWNERS_MAX },
  password: {
    type: "block",
    use: "optional",
    replacedWhole: true,
    fields: {
      displayName: { type: "string", use: "required" },
      endDate: { type: "string", use: "optionalComputed", validate: rfc3339 },
      keyId: { type: "string", use: "output" },
      startDate: { type: "string", use: "optionalComputed", validate: rfc3339 },
      value: { type: "string", use: "output", sensitive: true },
    },
  },
  preventDuplicateNames: { type: "bool", use: "optional", default: false },
  privacyStatementUrl: { type: "string", use: "optional" },
  publicClient: {
    type: "block",
    use: "optional",
    fields: {
      redirectUris: {
        type: "set",
        use: "optional",
        of: { type: "string", validate: redirectUri.publicClient },
        maxItems: REDIRECT_URIS_MAX,
      },
    },
    saysNothing: ({ redirectUris }) => texts(redirectUris).length === 0,
  },
  publisherDomain: { type: "string", use: "output" },
  requiredResourceAccesses: {
    type: "set",
    use: "optional",
    of: {
      type: "block",
      fields: {
        resourceAccesses: {
          type: "list",
          use: "required",
          of: {
            type: "block",
            fields: {
              id: { type: "string", use: "required", validate: uuid },
              type: { type: "string", use: "required", validate: oneOf("Role", "Scope") },
            },
          },
        },
        resourceAppId: { type: "string", use: "required" },
      },
    },
  },
  serviceManagementReference: { type: "string", use: "optional" },
  signInAudience: { type: "string", use: "optional", default: "AzureADMyOrg", validate: signInAudience },
  singlePageApplication: {
    type: "block",
    use: "optional",
    fields: {
      redirectUris: {
        type: "set",
        use: "optional",
        of: { type: "string", validate: redirectUri.singlePage },
        maxItems: REDIRECT_URIS_MAX,
      },
    },
    saysNothing: ({ redirectUris }) => texts(redirectUris).length === 0,
  },
  supportUrl: { type: "string", use: "optional" },
  tags: { type: "set", use: "optionalComputed", conflictsWith: ["featureTags"], of: { type: "string" } },
  templateId: { type: "string", use: "optionalComputed", forceNew: true, validate: uuid },
  termsOfServiceUrl: { type: "string", use: "optional" },
  web: {
    type: "block",
    use: "optional",
    fields: {
      homepageUrl: { type: "string", use: "optional", validate: httpUrl },
      implicitGrant: {
        type: "block",
        use: "optional",
        fields: {
          accessTokenIssuanceEnabled: { type: "bool", use: "optional" },
          idTokenIssuanceEnabled: { type: "bool", use: "optional" },
        },
        saysNothing: (grant) =>
          !flag(grant.accessTokenIssuanceEnabled) && !flag(grant.idTokenIssuanceEnabled),
      },
      logoutUrl: { type: "string", use: "optional", validate: logoutUrl },
      redirectUris: {
        type: "set",
        use: "optional",
        of: { type: "string", validate: redirectUri.web },
        maxItems: REDIRECT_URIS_MAX,
      },
    },
    // As the real provider has it: a home page or logout URL alone does not count.
    saysNothing: ({ redirectUris, implicitGrant }) =>
      texts(redirectUris).length === 0 &&
      !flag(record(implicitGrant).accessTokenIssuanceEnabled) &&
      !flag(record(implicitGrant).idTokenIssuanceEnabled),
  },
};

/** The ids of roles or scopes, by the value of those that have one. */
export function idsByValue(
  permissions: readonly { id: string; value: string | null }[],
): Record<string, string> {
  return Object.fromEntries(
    permissions.filter(({ value }) => text(value) !== "").map(({ id, value }) => [text(value), id]),
  );
}
