import { sameValue } from "../bridge/equality.ts";
import type { Plan } from "../bridge/sdk-resource.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import { applicationSchema } from "./application-schema.ts";
import { type Loose, record, records, text, texts } from "./loose-values.ts";

/** Outputs that follow from an input: a change of the input makes them unknown until it is applied. */
const DERIVED: { input: string; output: string }[] = [
  { input: "appRoles", output: "appRoleIds" },
  { input: "logoImage", output: "logoUrl" },
];

/** What the real provider refuses, or cannot know yet, when it plans an application. */
export function refineApplicationPlan({ recorded, planned }: Plan): void {
  requireUniquePermissions(planned);
  const hasChanged = (name: string) => {
    const property = applicationSchema[name];
    return property !== undefined && !sameValue(property, recorded?.[name], planned[name]);
  };
  for (const { input, output } of DERIVED) {
    if (hasChanged(input)) planned[output] = UNKNOWN;
  }
  const scopes = (properties: Properties | undefined) =>
    JSON.stringify(records(record(properties?.api).oauth2PermissionScopes));
  if (hasChanged("api") && scopes(recorded) !== scopes(planned)) planned.oauth2PermissionScopeIds = UNKNOWN;
  requireFitForPersonalAccounts(planned);
}

/** https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation */
const PERSONAL = {
  scopes: 100,
  scopeLength: 40,
  identifierUris: 50,
  redirectUris: 100,
  resources: 50,
  accessesPerResource: 30,
  accesses: 200,
};

function requireFitForPersonalAccounts(planned: Properties): void {
  const audience = text(planned.signInAudience);
  if (audience !== "AzureADandPersonalMicrosoftAccount" && audience !== "PersonalMicrosoftAccount") return;
  const api = record(planned.api);
  const scopes = records(api.oauth2PermissionScopes);
  const accesses = records(planned.requiredResourceAccesses).map(
    ({ resourceAccesses }) => records(resourceAccesses).length,
  );
  const redirectUris = Object.entries({
    publicClient: planned.publicClient,
    singlePageApplication: planned.singlePageApplication,
    web: planned.web,
  }).map(([block, value]): [string, string[]] => [
    `${block}.redirectUris`,
    texts(record(value).redirectUris),
  ]);
  const complaints = [
    api.requestedAccessTokenVersion !== 2 && `"api.requestedAccessTokenVersion" must be 2`,
    scopes.length > PERSONAL.scopes && `"api.oauth2PermissionScopes" holds more than ${PERSONAL.scopes}`,
    scopes.some(({ value }) => text(value).length > PERSONAL.scopeLength) &&
      `a value in "api.oauth2PermissionScopes" is longer than ${PERSONAL.scopeLength} characters`,
    texts(planned.identifierUris).some((uri) => !/^(https?|api|ms-appx):\/\//.test(uri)) &&
      `"identifierUris" allows only the schemes http, https, api and ms-appx`,
    texts(planned.identifierUris).length > PERSONAL.identifierUris &&
      `"identifierUris" holds more than ${PERSONAL.identifierUris}`,
    ...redirectUris.map(
      ([path, uris]) =>
        uris.length > PERSONAL.redirectUris && `"${path}" holds more than ${PERSONAL.redirectUris}`,
    ),
    ...redirectUris.map(
      ([path, uris]) =>
        uris.some((uri) => /^[^:]+:\/\/[^/?#]*\*/.test(uri)) && `"${path}" has a wildcard in a host`,
    ),
    accesses.length > PERSONAL.resources &&
      `"requiredResourceAccesses" holds more than ${PERSONAL.resources}`,
    accesses.some((count) => count > PERSONAL.accessesPerResource) &&
      `one of "requiredResourceAccesses" holds more than ${PERSONAL.accessesPerResource} permissions`,
    accesses.reduce((sum, count) => sum + count, 0) > PERSONAL.accesses &&
      `"requiredResourceAccesses" hold more than ${PERSONAL.accesses} permissions together`,
  ].filter((complaint) => complaint !== false);
  if (complaints.length > 0) {
    throw new ProviderError("UNKNOWN", `with "signInAudience" ${audience}: ${complaints.join("; ")}`);
  }
}

/** A role and a scope may share an id only if they say the same. */
function requireUniquePermissions(planned: Properties): void {
  const describe = (permission: Loose, prefix: string) => ({
    id: text(permission.id),
    value: text(permission.value),
    rest: JSON.stringify([
      text(permission[prefix === "" ? "displayName" : `${prefix}DisplayName`]),
      text(permission[prefix === "" ? "description" : `${prefix}Description`]),
      permission.enabled !== false,
    ]),
  });
  const permissions = [
    ...records(planned.appRoles).map((role) => describe(role, "")),
    ...records(record(planned.api).oauth2PermissionScopes).map((scope) => describe(scope, "adminConsent")),
  ].filter(({ id, value }) => id !== "" && value !== "" && id !== UNKNOWN && value !== UNKNOWN);
  for (const [index, permission] of permissions.entries()) {
    for (const other of permissions.slice(0, index)) {
      const sameId = permission.id === other.id;
      const sameName = permission.value === other.value;
      if (sameId !== sameName) {
        const what = sameId ? `id "${permission.id}"` : `value "${permission.value}"`;
        throw new ProviderError("UNKNOWN", `"appRoles" and "api.oauth2PermissionScopes": duplicate ${what}`);
      }
      if (sameId && permission.rest !== other.rest) {
        throw new ProviderError(
          "UNKNOWN",
          `"appRoles" and "api.oauth2PermissionScopes": the entries with id "${permission.id}" differ in display name, description or enabled`,
        );
      }
    }
  }
}
