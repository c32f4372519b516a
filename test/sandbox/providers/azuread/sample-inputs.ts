import fc from "fast-check";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";
import { token, type World } from "./world.ts";

type Values = fc.Arbitrary<PropertyValue>;

/** Values of one input that the sandbox's directory takes. */
export type SampleInputs = Readonly<Record<string, Values>>;

const words = fc.constantFrom("mailman", "calendar", "crm", "a name with spaces", "ünïcode");
const flags = fc.boolean();
const some = (...values: PropertyValue[]): Values => fc.constantFrom(...values);
const subset = (...values: string[]): Values => fc.shuffledSubarray(values);
const url = (name: string) => some(`https://sell.example/${name}`, `https://crm.example/${name}`);
const dates = (year: number) => some(`${year}-01-01T00:00:00Z`, `${year}-06-30T12:00:00Z`);
const triggers = fc.dictionary(
  fc.constantFrom("generation", "slot", "reason"),
  fc.constantFrom("1", "2", "a"),
  {
    minKeys: 1,
    noNullPrototype: true,
  },
);

const roles = ["70000000-0000-4000-8000-000000000001", "70000000-0000-4000-8000-000000000002"];
const appRoles: Values = fc.shuffledSubarray(roles).chain((ids) =>
  fc.record({ enabled: flags, description: words }).map(({ enabled, description }) =>
    ids.map((id) => ({
      id,
      value: `Role.${id.at(-1)}`,
      displayName: "A role",
      description,
      enabled,
      allowedMemberTypes: ["Application"],
    })),
  ),
);

/**
 * For each resource type, values to give each of its inputs. A type's `always` inputs are given every time
 * for the directory to take the rest; the others may or may not be.
 */
export function sampleInputs(w: World): Record<string, { always: SampleInputs; sometimes: SampleInputs }> {
  const applications = some(`/applications/${w.one.applicationId}`, `/applications/${w.two.applicationId}`);
  const users = subset(w.one.userId, w.two.userId);
  const people = some(w.one.userId, w.two.userId);
  const groups = some(w.one.groupId, w.two.groupId);
  const principals = some(w.one.servicePrincipalId, w.two.servicePrincipalId);
  const redirects = subset("https://sell.example/cb", "https://sell.example/cb2");
  const claims = fc.constantFrom("email", "upn").map((name) => [{ name, essential: true }]);
  const passwords = {
    displayName: words,
    startDate: dates(2026),
    endDate: dates(2028),
    rotateWhenChanged: triggers,
  };
  return {
    [token("Application")]: {
      always: { displayName: words },
      sometimes: {
        api: fc.record<Properties>(
          { mappedClaimsEnabled: flags, requestedAccessTokenVersion: some(1, 2) },
          { requiredKeys: [] },
        ),
        appRoles,
        description: words,
        deviceOnlyAuthEnabled: flags,
        fallbackPublicClientEnabled: flags,
        groupMembershipClaims: subset("SecurityGroup", "DirectoryRole"),
        identifierUris: subset("api://one", "api://two"),
        marketingUrl: url("m"),
        notes: words,
        oauth2PostResponseRequired: flags,
        optionalClaims: fc.record<Properties>(
          { accessTokens: claims, idTokens: claims },
          { requiredKeys: [] },
        ),
        owners: users,
        password: fc.record<Properties>(
          { displayName: words, endDate: dates(2028) },
          { requiredKeys: ["displayName"] },
        ),
        preventDuplicateNames: some(false),
        privacyStatementUrl: url("p"),
        publicClient: redirects.map((redirectUris) => ({ redirectUris })),
        requiredResourceAccesses: fc.shuffledSubarray(roles).map((ids) =>
          ids.length === 0
            ? []
            : [
                {
                  resourceAppId: "00000003-0000-0000-c000-000000000000",
                  resourceAccesses: ids.map((id) => ({ id, type: "Role" })),
                },
              ],
        ),
        serviceManagementReference: words,
        signInAudience: some("AzureADMyOrg", "AzureADMultipleOrgs"),
        singlePageApplication: redirects.map((redirectUris) => ({ redirectUris })),
        supportUrl: url("s"),
        tags: subset("keyturn", "prod"),
        termsOfServiceUrl: url("t"),
        web: fc.record<Properties>(
          {
            redirectUris: redirects,
            homepageUrl: url("home"),
            implicitGrant: flags.map((idTokenIssuanceEnabled) => ({ idTokenIssuanceEnabled })),
          },
          { requiredKeys: ["redirectUris"] },
        ),
      },
    },
    [token("ApplicationRegistration")]: {
      always: { displayName: words },
      sometimes: {
        description: words,
        groupMembershipClaims: subset("SecurityGroup", "DirectoryRole"),
        homepageUrl: url("h"),
        implicitAccessTokenIssuanceEnabled: flags,
        implicitIdTokenIssuanceEnabled: flags,
        logoutUrl: url("l"),
        marketingUrl: url("m"),
        notes: words,
        privacyStatementUrl: url("p"),
        requestedAccessTokenVersion: some(1, 2),
        serviceManagementReference: words,
        signInAudience: some("AzureADMyOrg", "AzureADMultipleOrgs"),
        supportUrl: url("s"),
        termsOfServiceUrl: url("t"),
      },
    },
    [token("ApplicationPassword")]: { always: { applicationId: applications }, sometimes: passwords },
    [token("ServicePrincipalPassword")]: {
      always: {
        servicePrincipalId: some(
          `/servicePrincipals/${w.one.servicePrincipalId}`,
          `/servicePrincipals/${w.two.servicePrincipalId}`,
        ),
      },
      sometimes: passwords,
    },
    [token("ServicePrincipal")]: {
      always: { clientId: some(w.one.freeClientId, w.two.freeClientId) },
      sometimes: {
        accountEnabled: flags,
        alternativeNames: subset("mailman", "postman"),
        appRoleAssignmentRequired: flags,
        description: words,
        loginUrl: url("login"),
        notes: words,
        notificationEmailAddresses: subset("ops@sell.example", "sell@sell.example"),
        owners: users,
        preferredSingleSignOnMode: some("saml", "oidc"),
        samlSingleSignOn: some({ relayState: "/start" }, { relayState: "/home" }),
        tags: subset("keyturn", "prod"),
      },
    },
    [token("ApplicationFederatedIdentityCredential")]: {
      always: {
        applicationId: applications,
        displayName: some("ci", "aks"),
        audiences: some(["api://AzureADTokenExchange"], ["api://other"]),
        issuer: url("issuer"),
        subject: words,
      },
      sometimes: { description: words },
    },
    [token("ApplicationOwner")]: {
      always: { applicationId: applications, ownerObjectId: people },
      sometimes: {},
    },
    [token("ApplicationApiAccess")]: {
      always: {
        applicationId: applications,
        apiClientId: some("00000003-0000-0000-c000-000000000000", "00000002-0000-0ff1-ce00-000000000000"),
        roleIds: fc.shuffledSubarray(roles, { minLength: 1 }),
      },
      sometimes: { scopeIds: fc.shuffledSubarray(roles) },
    },
    [token("Group")]: {
      always: { displayName: words, securityEnabled: some(true) },
      sometimes: {
        assignableToRole: flags,
        description: words,
        mailNickname: some("mail", "nick"),
        members: users,
        owners: fc.shuffledSubarray([w.one.userId, w.two.userId], { minLength: 1 }),
        visibility: some("Private", "Public"),
        writebackEnabled: flags,
      },
    },
    [token("GroupMember")]: { always: { groupObjectId: groups, memberObjectId: people }, sometimes: {} },
    [token("DirectoryRole")]: {
      always: { displayName: some("Global Reader", "Security Reader") },
      sometimes: {},
    },
    [token("DirectoryRoleAssignment")]: {
      always: {
        roleId: some("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "cf1c38e5-3621-4004-a7cb-879624dced7c"),
        principalObjectId: people,
      },
      sometimes: { directoryScopeId: some("/", `/${w.one.applicationId}`, `/${w.two.applicationId}`) },
    },
    [token("CustomDirectoryRole")]: {
      always: {
        displayName: words,
        enabled: flags,
        version: some("1", "2"),
        permissions: fc
          .shuffledSubarray(["microsoft.directory/a", "microsoft.directory/b"], { minLength: 1 })
          .map((actions) => [{ allowedResourceActions: actions }]),
      },
      sometimes: { description: words, templateId: some(...roles) },
    },
    [token("AppRoleAssignment")]: {
      always: {
        appRoleId: some("b633e1c5-b582-4048-a93e-9f11b44c7e96", "810c84a8-4a9e-49e6-bf7d-12d183f40d01"),
        principalObjectId: principals,
        resourceObjectId: some(w.graphPrincipalId),
      },
      sometimes: {},
    },
    [token("ServicePrincipalDelegatedPermissionGrant")]: {
      always: {
        claimValues: fc.shuffledSubarray(["Mail.Send", "User.Read"], { minLength: 1 }),
        servicePrincipalObjectId: principals,
        resourceServicePrincipalObjectId: some(w.graphPrincipalId),
      },
      sometimes: { userObjectId: people },
    },
  };
}

/** Inputs of a type: all that must be given, and some of the others. */
export function inputsOf({
  always,
  sometimes,
}: {
  always: SampleInputs;
  sometimes: SampleInputs;
}): fc.Arbitrary<Properties> {
  return fc.record<Properties>({ ...always, ...sometimes } as { [name: string]: Values }, {
    requiredKeys: Object.keys(always),
  });
}
