import type { ArmResource } from "../../arm/state.ts";
import { applicationOfClient } from "../../entra/application-lookup.ts";
import { servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type {
  Application,
  EntraState,
  FederatedIdentityCredential,
  ServicePrincipal,
} from "../../entra/state.ts";
import type { State } from "../../state.ts";
import { signInErrors } from "./sign-in-errors.ts";

/** The application that asks for a token. */
export interface TokenClient {
  appId: string;
  displayName: string;
  /** Absent for a managed identity, which has a service principal only. */
  application: Application | undefined;
  principal: ServicePrincipal;
}

/**
 * The client with this id.
 * @throws SignInError when it does not exist, has no service principal, or is disabled
 */
export function requireClient(entra: EntraState, clientId: string): TokenClient {
  const application = applicationOfClient(entra, clientId);
  const principal = servicePrincipalOfClient(entra, clientId);
  if (principal === undefined) {
    if (application === undefined) throw signInErrors.applicationNotFound(clientId, entra.tenant.displayName);
    throw signInErrors.principalMissing(application.appId, entra.tenant.id);
  }
  const { appId, displayName } = principal;
  if (!principal.accountEnabled) throw signInErrors.applicationDisabled(appId, displayName);
  return { appId, displayName, application, principal };
}

/** The federated credentials by which an outside identity may act as this client. */
export function federatedCredentialsOf(
  state: State,
  { application, appId }: TokenClient,
): Pick<FederatedIdentityCredential, "issuer" | "subject" | "audiences">[] {
  return application === undefined
    ? managedIdentityFederations(state, appId)
    : application.federatedIdentityCredentials;
}

/** Those of a user-assigned managed identity are resources below it. */
function managedIdentityFederations(
  { arm }: State,
  clientId: string,
): Pick<FederatedIdentityCredential, "issuer" | "subject" | "audiences">[] {
  const resources = Object.values(arm.resources);
  const identity = resources.find(
    ({ type, properties }) => isType(type, IDENTITY_TYPE) && properties.clientId === clientId,
  );
  if (identity === undefined) return [];
  return resources
    .filter((resource) => isFederationOf(resource, identity))
    .map(({ properties }) => ({
      issuer: String(properties.issuer),
      subject: String(properties.subject),
      audiences: Array.isArray(properties.audiences) ? properties.audiences.map(String) : [],
    }));
}

const IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities";

function isFederationOf({ type, id }: ArmResource, identity: ArmResource): boolean {
  return (
    isType(type, `${IDENTITY_TYPE}/federatedIdentityCredentials`) &&
    id.toLowerCase().startsWith(`${identity.id.toLowerCase()}/`)
  );
}

function isType(type: string, wanted: string): boolean {
  return type.toLowerCase() === wanted.toLowerCase();
}
