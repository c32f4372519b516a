/**
 * The directory as Microsoft Graph describes it: property names are Graph's own
 * (https://learn.microsoft.com/graph/api/resources/application and its neighbours), so that the Graph
 * face can answer from it and the azuread provider face can map from it.
 */
export interface EntraState {
  tenant: Tenant;
  /** By object id. */
  applications: Record<string, Application>;
  /** By object id. */
  servicePrincipals: Record<string, ServicePrincipal>;
  /** By object id. */
  groups: Record<string, Group>;
  /** By object id. */
  users: Record<string, User>;
  /** Activated directory roles, by object id. */
  directoryRoles: Record<string, DirectoryRole>;
  /** Unified role assignments (roleManagement/directory), by id. */
  roleAssignments: Record<string, UnifiedRoleAssignment>;
  /** Application permissions granted to a principal, by id. */
  appRoleAssignments: Record<string, AppRoleAssignment>;
  /** Delegated permissions granted, by id. */
  oauth2PermissionGrants: Record<string, OAuth2PermissionGrant>;
  /** Directory roles that the tenant has defined itself, by id. */
  roleDefinitions: Record<string, UnifiedRoleDefinition>;
  /** Applications and service principals that were deleted and can still be restored, by object id. */
  deletedItems: Record<string, DeletedItem>;
  signIn: SignInState;
  settings: EntraSettings;
}

/** How the emulated directory behaves where the real one varies. */
export interface EntraSettings {
  /**
   * One delay for each replica of the token service, in milliseconds: how long after `addPassword` it
   * first accepts the new secret. Requests go to the replicas in turn.
   */
  secretPropagationMs: number[];
  /**
   * Whether `nbf` and `exp` of client assertions are held against the sandbox clock. Off, because the
   * client signs them with its own clock, which the sandbox does not move.
   */
  checkAssertionTimes: boolean;
}

/** What the token service remembers. */
export interface SignInState {
  /** Newest last; the last one signs. Private keys as JWK. */
  signingKeys: SigningKey[];
  /** By the code's SHA-256, hex. */
  authorizationCodes: Record<string, AuthorizationCode>;
  /** By the token's SHA-256, hex. */
  refreshTokens: Record<string, RefreshToken>;
  /** Issuers that this tenant trusts though nobody serves their keys: for tests of federated credentials. */
  testIssuers: Record<string, { keys: Record<string, unknown>[] }>;
  /** When each secret and certificate was last used, by key id. */
  credentialUses: Record<string, CredentialUse>;
}

export interface CredentialUse {
  appId: string;
  keyType: "clientSecret" | "certificate";
  credentialOrigin: "application" | "servicePrincipal";
  /** Object id of the service principal that the token was for. */
  resourceId: string;
  /** ISO 8601, seconds, `Z`. */
  lastSignInDateTime: string;
  lastSignInRequestId: string;
}

export interface SigningKey {
  kid: string;
  privateJwk: Record<string, unknown>;
}

/** What a user agreed to, once, for one client. */
export interface AuthorizationCode {
  clientId: string;
  userId: string;
  redirectUri: string;
  scopes: string[];
  codeChallenge: string | null;
  codeChallengeMethod: "S256" | "plain" | null;
  nonce: string | null;
  expiresAtMs: number;
  /** A code is good for one redemption. */
  redeemed: boolean;
}

export interface RefreshToken {
  clientId: string;
  userId: string;
  scopes: string[];
  issuedAtMs: number;
  /** Entra: 90 days without use. */
  expiresAtMs: number;
  /** Why it no longer works; null while it does. */
  revoked: "passwordChanged" | "consentRevoked" | null;
}

export interface UnifiedRoleDefinition {
  id: string;
  displayName: string;
  description: string | null;
  isEnabled: boolean;
  templateId: string;
  version: string | null;
  rolePermissions: { allowedResourceActions: string[] }[];
}

export type DeletedItem =
  | { kind: "application"; deletedDateTime: string; object: Application }
  | { kind: "servicePrincipal"; deletedDateTime: string; object: ServicePrincipal };

export interface Tenant {
  id: string;
  displayName: string;
  /** The initial domain, e.g. `sandbox.onmicrosoft.com`. */
  domain: string;
}

/** A client secret. Entra keeps no readable copy, and neither does the sandbox. */
export interface PasswordCredential {
  keyId: string;
  displayName: string | null;
  /** ISO 8601, seconds, `Z`. */
  startDateTime: string;
  endDateTime: string;
  hint: string;
  /** SHA-256 of the value, hex. Never leaves the sandbox. */
  secretHash: string;
  /** When the directory was told of it; milliseconds since 1970. Propagation counts from here. */
  addedAtMs: number;
}

export interface KeyCredential {
  keyId: string;
  displayName: string | null;
  startDateTime: string;
  endDateTime: string;
  type: string;
  usage: string;
  /** The certificate, base64 DER. */
  key: string;
  customKeyIdentifier: string | null;
}

export interface FederatedIdentityCredential {
  id: string;
  name: string;
  issuer: string;
  subject: string;
  audiences: string[];
  description: string | null;
}

export interface ResourceAccess {
  id: string;
  type: "Scope" | "Role";
}

export interface RequiredResourceAccess {
  resourceAppId: string;
  resourceAccess: ResourceAccess[];
}

export interface Application {
  /** The object id. */
  id: string;
  /** The client id. */
  appId: string;
  displayName: string;
  createdDateTime: string;
  signInAudience: string;
  passwordCredentials: PasswordCredential[];
  keyCredentials: KeyCredential[];
  federatedIdentityCredentials: FederatedIdentityCredential[];
  /** Object ids of owners. */
  owners: string[];
  requiredResourceAccess: RequiredResourceAccess[];
  /** Everything else that Graph stores and the sandbox gives no meaning to (`web`, `api`, `tags`, `notes` …). */
  properties: Record<string, unknown>;
}

export interface ServicePrincipal {
  id: string;
  appId: string;
  displayName: string;
  accountEnabled: boolean;
  createdDateTime: string;
  passwordCredentials: PasswordCredential[];
  keyCredentials: KeyCredential[];
  owners: string[];
  properties: Record<string, unknown>;
}

export interface Group {
  id: string;
  displayName: string;
  createdDateTime: string;
  mailNickname: string;
  mailEnabled: boolean;
  securityEnabled: boolean;
  /** Object ids. */
  owners: string[];
  members: string[];
  properties: Record<string, unknown>;
}

export interface User {
  id: string;
  displayName: string;
  userPrincipalName: string;
  mail: string | null;
  accountEnabled: boolean;
}

export interface DirectoryRole {
  id: string;
  displayName: string;
  description: string;
  roleTemplateId: string;
  members: string[];
}

export interface UnifiedRoleAssignment {
  id: string;
  principalId: string;
  roleDefinitionId: string;
  directoryScopeId: string | null;
  appScopeId: string | null;
}

export interface AppRoleAssignment {
  id: string;
  appRoleId: string;
  principalId: string;
  principalDisplayName: string;
  principalType: "User" | "Group" | "ServicePrincipal";
  resourceId: string;
  resourceDisplayName: string;
  createdDateTime: string;
}

export interface OAuth2PermissionGrant {
  id: string;
  clientId: string;
  consentType: "AllPrincipals" | "Principal";
  principalId: string | null;
  resourceId: string;
  scope: string;
}
