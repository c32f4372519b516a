import { SignInError } from "./sign-in-error.ts";

/** Every refusal that the token service can give, by what is wrong. */
export const signInErrors = {
  tenantNotFound: (tenant: string) =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 90002,
      message: `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    }),
  tenantMissing: () =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 50059,
      message:
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    }),
  parameterMissing: (name: string) =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 900144,
      message: `The request body must contain the following parameter: '${name}'.`,
    }),
  malformed: () =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 9002313,
      message: "Invalid request. Request is malformed or invalid.",
    }),
  grantTypeUnknown: (grantType: string) =>
    new SignInError({
      status: 400,
      error: "unsupported_grant_type",
      code: 70003,
      message: `The app requested an unsupported grant type '${grantType}'.`,
    }),
  applicationNotFound: (appId: string, tenantName: string) =>
    new SignInError({
      status: 400,
      error: "unauthorized_client",
      code: 700016,
      message: `Application with identifier '${appId}' was not found in the directory '${tenantName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    }),
  principalMissing: (appId: string, tenantId: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 7000229,
      message: `The client application ${appId} is missing service principal in the tenant ${tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
    }),
  applicationDisabled: (appId: string, displayName: string) =>
    new SignInError({
      status: 400,
      error: "unauthorized_client",
      code: 7000112,
      message: `Application '${appId}'(${displayName}) is disabled.`,
    }),
  credentialMissing: () =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 7000218,
      message:
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    }),
  secretWrong: (appId: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 7000215,
      message: `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${appId}'.`,
    }),
  secretExpired: (appId: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 7000222,
      message: `The provided client secret keys for app '${appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    }),
  assertionUnreadable: () =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 50027,
      message: "JWT token is invalid or malformed.",
    }),
  assertionTypeWrong: () =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 900144,
      message:
        "The request body must contain the following parameter: 'client_assertion_type' with the value 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'.",
    }),
  assertionKeyUnknown: (thumbprint: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700027,
      message: `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}']`,
    }),
  assertionSignatureWrong: (thumbprint: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700027,
      message: `Client assertion failed signature validation. [Reason - The key used is found, but the signature does not match., Thumbprint of key used by client: '${thumbprint}']`,
    }),
  certificateExpired: (thumbprint: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700027,
      message: `The certificate with identifier used to sign the client assertion is expired on application. [Reason - The key used is expired., Thumbprint of key used by client: '${thumbprint}']`,
    }),
  assertionNotInTime: (now: string, from: string, until: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700024,
      message: `Client assertion is not within its valid time range. Current time: ${now}, assertion valid from ${from}, expiry time of assertion ${until}.`,
    }),
  assertionAudienceWrong: () =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700023,
      message: "Client assertion audience claim does not match Realm issuer.",
    }),
  assertionIssuerWrong: () =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700030,
      message:
        "Invalid certificate or assertion: the issuer and subject of the assertion must be the client id.",
    }),
  federationIssuerUnknown: (issuer: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700211,
      message: `No matching federated identity record found for presented assertion issuer '${issuer}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
    }),
  federationAudienceUnknown: (audience: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700212,
      message: `No matching federated identity record found for presented assertion audience '${audience}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
    }),
  federationSubjectUnknown: (subject: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 700213,
      message: `No matching federated identity record found for presented assertion subject '${subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
    }),
  issuerUnreachable: (issuer: string) =>
    new SignInError({
      status: 401,
      error: "invalid_client",
      code: 50166,
      message: `Request to External OIDC endpoint failed: the signing keys of '${issuer}' could not be read.`,
    }),
  scopeMissing: () =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 900144,
      message: "The request body must contain the following parameter: 'scope'.",
    }),
  scopeInvalid: (scope: string) =>
    new SignInError({
      status: 400,
      error: "invalid_scope",
      code: 70011,
      message: `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
    }),
  scopeNotDefault: (scope: string) =>
    new SignInError({
      status: 400,
      error: "invalid_scope",
      code: 1002012,
      message: `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    }),
  scopeOfSeveralResources: (scope: string) =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 28000,
      message: `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope ${scope} is not valid.`,
    }),
  resourceUnknown: (resource: string, tenantName: string) =>
    new SignInError({
      status: 400,
      error: "invalid_resource",
      code: 500011,
      message: `The resource principal named ${resource} was not found in the tenant named ${tenantName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    }),
  roleNotAssigned: (appId: string, resourceAppId: string) =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 501051,
      message: `Application '${appId}' is not assigned to a role for the application '${resourceAppId}'.`,
    }),
  consentMissing: (appId: string, displayName: string) =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      suberror: "consent_required",
      code: 65001,
      message: `The user or administrator has not consented to use the application with ID '${appId}' named '${displayName}'. Send an interactive authorization request for this user and resource.`,
    }),
  codeUnknown: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 9002313,
      message: "Invalid request. Request is malformed or invalid.",
    }),
  codeRedeemed: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 54005,
      message:
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    }),
  codeExpired: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 70008,
      message:
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
    }),
  codeOfAnotherClient: (appId: string) =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 70000,
      message: `Provided grant is invalid or malformed: it was not issued to the application '${appId}'.`,
    }),
  redirectUriMismatch: () =>
    new SignInError({
      status: 400,
      error: "invalid_client",
      code: 500112,
      message:
        "The reply address does not match the reply address provided when requesting the authorization code.",
    }),
  codeVerifierWrong: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 501481,
      message: "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    }),
  refreshTokenExpired: (issued: string) =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      suberror: "bad_token",
      code: 700082,
      message: `The refresh token has expired due to inactivity. The token was issued on ${issued} and was inactive for 90.00:00:00.`,
    }),
  grantRevoked: (issued: string) =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      suberror: "bad_token",
      code: 50173,
      message: `The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '${issued}'.`,
    }),
  userDisabled: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 50057,
      message: "The user account is disabled.",
    }),
  userUnknown: (name: string, tenantName: string) =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 50034,
      message: `The user account ${name} does not exist in the ${tenantName} directory. To sign into this application, the account must be added to the directory.`,
    }),
  redirectUriUnknown: (uri: string, appId: string) =>
    new SignInError({
      status: 400,
      error: "invalid_request",
      code: 50011,
      message: `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.`,
    }),
  userAssertionWrong: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 50013,
      message: "Assertion failed signature validation. [Reason - The key was not found.]",
    }),
  userAssertionAudienceWrong: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 500131,
      message:
        "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was not the client's.",
    }),
  userAssertionExpired: () =>
    new SignInError({
      status: 400,
      error: "invalid_grant",
      code: 500133,
      message: "Assertion is not within its valid time range.",
    }),
  /** For faults: the directory is asked too much. MSAL waits for `Retry-After`. */
  throttled: (retryAfterSeconds: number) =>
    new SignInError({
      status: 429,
      error: "temporarily_unavailable",
      code: 90055,
      message: "The request was throttled: there are too many requests for this tenant.",
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  /** For faults: the service has a passing failure. */
  unavailable: (status: number) =>
    new SignInError({
      status,
      error: "temporarily_unavailable",
      code: 90033,
      message: "A transient error has occurred. Please try again.",
    }),
  /** For faults: the client asks the same thing over and over. */
  requestLoop: (status: number) =>
    new SignInError({
      status,
      error: "invalid_grant",
      code: 50196,
      message:
        "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
    }),
};
