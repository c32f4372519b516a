/** An application of Microsoft's own that every tenant knows, with the permissions it publishes. */
export interface PublishedApplication {
  appId: string;
  displayName: string;
  /** Names by which a token can be asked for it; the first one is the default audience. */
  servicePrincipalNames: string[];
  /** Application permissions. */
  appRoles: PublishedPermission[];
  /** Delegated permissions. */
  scopes: PublishedPermission[];
}

export interface PublishedPermission {
  id: string;
  value: string;
  displayName: string;
  /** A delegated permission that only an administrator may consent to. */
  adminOnly?: boolean;
}
