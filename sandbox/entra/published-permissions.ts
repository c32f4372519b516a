import { applicationOfClient, identifierUrisOf } from "./application-lookup.ts";
import type { EntraState, ServicePrincipal } from "./state.ts";
import { publishedApplications } from "./well-known/service-principals.ts";

/** An application permission, as Graph shows it (`appRole`). */
export interface AppRole {
  id: string;
  value: string | null;
  displayName: string;
  description: string;
  isEnabled: boolean;
  allowedMemberTypes: string[];
}

/** A delegated permission, as Graph shows it (`permissionScope`). */
export interface PermissionScope {
  id: string;
  value: string;
  adminConsentDisplayName: string;
  adminConsentDescription: string;
  userConsentDisplayName: string | null;
  userConsentDescription: string | null;
  isEnabled: boolean;
  /** `Admin`: only an administrator may consent. */
  type: "User" | "Admin";
}

/** The application permissions that a resource publishes. */
export function appRolesOf(entra: EntraState, { appId }: Pick<ServicePrincipal, "appId">): AppRole[] {
  const published = publishedApplications.get(appId);
  if (published !== undefined) {
    return published.appRoles.map(({ id, value, displayName }) => ({
      id,
      value,
      displayName,
      description: displayName,
      isEnabled: true,
      allowedMemberTypes: ["Application"],
    }));
  }
  return recordsIn(applicationOfClient(entra, appId)?.properties.appRoles).map((role) => ({
    id: textOr(role.id, ""),
    value: textOr(role.value, null),
    displayName: textOr(role.displayName, ""),
    description: textOr(role.description, ""),
    isEnabled: role.isEnabled !== false,
    allowedMemberTypes: Array.isArray(role.allowedMemberTypes) ? role.allowedMemberTypes.map(String) : [],
  }));
}

/** The delegated permissions that a resource publishes. */
export function permissionScopesOf(
  entra: EntraState,
  { appId }: Pick<ServicePrincipal, "appId">,
): PermissionScope[] {
  const published = publishedApplications.get(appId);
  if (published !== undefined) {
    return published.scopes.map(({ id, value, displayName, adminOnly }) => ({
      id,
      value,
      adminConsentDisplayName: displayName,
      adminConsentDescription: displayName,
      userConsentDisplayName: displayName,
      userConsentDescription: displayName,
      isEnabled: true,
      type: adminOnly === true ? "Admin" : "User",
    }));
  }
  const api = applicationOfClient(entra, appId)?.properties.api;
  return recordsIn(isRecord(api) ? api.oauth2PermissionScopes : undefined).map((scope) => ({
    id: textOr(scope.id, ""),
    value: textOr(scope.value, ""),
    adminConsentDisplayName: textOr(scope.adminConsentDisplayName, ""),
    adminConsentDescription: textOr(scope.adminConsentDescription, ""),
    userConsentDisplayName: textOr(scope.userConsentDisplayName, null),
    userConsentDescription: textOr(scope.userConsentDescription, null),
    isEnabled: scope.isEnabled !== false,
    type: scope.type === "Admin" ? "Admin" : "User",
  }));
}

/** The names by which a token can be asked for this resource. */
export function servicePrincipalNamesOf(
  entra: EntraState,
  { appId }: Pick<ServicePrincipal, "appId">,
): string[] {
  const published = publishedApplications.get(appId);
  if (published !== undefined) return published.servicePrincipalNames;
  const application = applicationOfClient(entra, appId);
  return [appId, ...(application === undefined ? [] : identifierUrisOf(application))];
}

function recordsIn(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === "string" ? value : otherwise;
}
